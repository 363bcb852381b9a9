import fc from 'fast-check'
import { expect, test } from 'vitest'
import { audioArguments, audioFrames } from '#node/encoding/audio-arguments.ts'
import type { PartEncode } from '#node/encoding/part-arguments.ts'
import { partArguments } from '#node/encoding/part-arguments.ts'
import type { SourceLayout } from '#node/encoding/source-layout.ts'
import type { FrameGrid } from '#protocol/grid.ts'
import { framesInSegment, gridSeconds, partWindow, segmentCount } from '#protocol/grid.ts'
import { smallLadder } from '#test/support/clip.ts'

const layout: SourceLayout = {
  path: '/video.mkv',
  demuxer: 'matroska',
  audioStream: 1,
  timeBases: new Map(),
  declaredSeconds: null,
  video: {
    index: 0,
    codec: 'h264',
    width: 1280,
    height: 720,
    storedPixels: 1280 * 720,
    timeBase: { numerator: 1, denominator: 1000 },
    startPts: 83,
    isInterlaced: false,
    colorSpace: null,
    colorTransfer: null,
    claimedRates: [],
    declaredSeconds: null,
  },
}

const grid: FrameGrid = {
  rate: { numerator: 30_000, denominator: 1001 },
  frames: 1300,
  segmentFrames: 120,
  partSegments: 4,
  leadSeconds: 5,
}

function argumentsOf(part: number, overrides: Partial<PartEncode> = {}): readonly string[] {
  const window = partWindow(grid, part)
  return partArguments({
    layout,
    grid,
    window,
    renditions: smallLadder,
    instructions: 'avx2',
    ...overrides,
  })
}

/** The values of an option, one for each time it stands in the command. */
function valuesOf(args: readonly string[], option: string): readonly (string | undefined)[] {
  return args.flatMap((argument, index) => (argument === option ? [args[index + 1]] : []))
}

test('the first part decodes from the beginning and stretches nothing but its own start', () => {
  const args = argumentsOf(0)
  expect(args).not.toContain('-ss')
  expect(valuesOf(args, '-filter_complex')).toEqual([
    '[0:0]setpts=PTS-round((83*1/1000)/TB),fps=30000/1001:start_time=0,trim=start_pts=0:end_pts=480,setpts=PTS-0,split=2[in0][in1];' +
      '[in0]scale=160:90:flags=bicubic+accurate_rnd+full_chroma_int+bitexact:in_color_matrix=bt709:out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p[out0];' +
      '[in1]scale=128:72:flags=bicubic+accurate_rnd+full_chroma_int+bitexact:in_color_matrix=bt709:out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p[out1]',
  ])
})

test('a later part seeks ahead of its window by the lead, in the file’s own time', () => {
  const args = argumentsOf(1)
  expect(valuesOf(args, '-ss')).toEqual([((480 * 1001) / 30_000 - 5 + 0.083).toFixed(6)])
  expect(valuesOf(args, '-filter_complex')[0]).toContain(
    'fps=30000/1001,trim=start_pts=480:end_pts=960,setpts=PTS-480,',
  )
  expect(valuesOf(args, '-segment_start_number')).toEqual(['4', '4'])
  expect(valuesOf(args, '-output_ts_offset')).toEqual(['26.016000', '26.016000'])
})

test('only the last part may repeat a last picture, and each output takes exactly its frames', () => {
  expect(valuesOf(argumentsOf(2), '-filter_complex')[0]).toContain('tpad=stop=2:stop_mode=clone')
  expect(valuesOf(argumentsOf(1), '-filter_complex')[0]).not.toContain('tpad')
  expect(valuesOf(argumentsOf(2), '-frames:v')).toEqual(['340', '340'])
  expect(valuesOf(argumentsOf(2), '-segment_frames')).toEqual(['120,240,360', '120,240,360'])
})

test('each rendition has its own cap, profile and files', () => {
  const args = argumentsOf(0)
  expect(valuesOf(args, '-maxrate')).toEqual(['300k', '300k'])
  expect(valuesOf(args, '-bufsize')).toEqual(['600k', '600k'])
  expect(valuesOf(args, '-profile:v')).toEqual(['main', 'main'])
  expect(args.filter((argument) => argument.endsWith('.ts'))).toEqual([
    '90p_%05d.ts',
    '72p_%05d.ts',
  ])
})

test('an encoder’s arguments do not depend on which renditions share its process', () => {
  const [largest = { ...smallLadder[0] }, smallest] = smallLadder
  expect(smallest && largest).toBeDefined()
  const outputOf = (args: readonly string[], name: string): readonly string[] => {
    const end = args.indexOf(`${name}_%05d.ts`)
    return args.slice(args.lastIndexOf('-map', end - 1) + 2, end)
  }
  const alone = argumentsOf(1, { renditions: smallLadder.slice(1) })
  expect(outputOf(alone, '72p')).toEqual(outputOf(argumentsOf(1), '72p'))
})

test('without a cap on instructions x264 chooses for itself', () => {
  expect(argumentsOf(0).join(' ')).toContain('asm=avx2')
  expect(argumentsOf(0, { instructions: null }).join(' ')).not.toContain('asm=')
})

test('no input is opened but by its own demuxer, from files and pipes', () => {
  for (const args of [argumentsOf(1), audioArguments({ layout, audioStream: 1, grid })]) {
    const opening = args.slice(0, args.indexOf('-i'))
    expect(valuesOf(opening, '-protocol_whitelist')).toEqual(['file,pipe'])
    expect(valuesOf(opening, '-format_whitelist')).toEqual(['matroska'])
    expect(valuesOf(opening, '-f')).toEqual(['matroska'])
  }
})

test('high dynamic range is brought to the standard one, and fields to pictures', () => {
  const video = { ...layout.video, colorTransfer: 'smpte2084', isInterlaced: true }
  const [graph = ''] = valuesOf(argumentsOf(0, { layout: { ...layout, video } }), '-filter_complex')
  expect(graph).toMatch(/yadif=deint=interlaced,zscale=transferin=smpte2084.*tonemap=hable.*,fps=/)
})

test('the colours of standard definition are converted, not renamed', () => {
  const video = { ...layout.video, width: 720, height: 576, colorSpace: 'bt470bg' }
  expect(argumentsOf(0, { layout: { ...layout, video } }).join(' ')).toContain(
    'in_color_matrix=bt601',
  )
})

test('sound starts one frame late, so that the priming frame falls on the common start', () => {
  const args = audioArguments({ layout, audioStream: 1, grid })
  const frames = audioFrames(grid).reduce((sum, count) => sum + count, 0)
  expect(valuesOf(args, '-filter_complex')[0]).toContain(
    `atrim=start_sample=1024:end_sample=${frames * 1024}`,
  )
  expect(args.slice(0, 2)).toEqual(['-cpuflags', '0'])
})

test('sound is cut on the grid of the pictures and ends with them, to two frames', () => {
  const rates = fc.constantFrom(
    [24, 1],
    [24_000, 1001],
    [25, 2],
    [30_000, 1001],
    [60, 1],
    [1000, 33],
  )
  fc.assert(
    fc.property(
      rates,
      fc.integer({ min: 1, max: 400_000 }),
      ([numerator = 1, denominator = 1], frames) => {
        const segmentFrames = Math.round((4 * numerator) / denominator)
        const any: FrameGrid = { ...grid, rate: { numerator, denominator }, frames, segmentFrames }
        const counts = audioFrames(any)
        expect(counts).toHaveLength(segmentCount(any))
        let soundSeconds = 0
        let pictureSeconds = 0
        for (const [segment, count] of counts.entries()) {
          soundSeconds += (count * 1024) / 48_000
          pictureSeconds += (framesInSegment(any, segment) * denominator) / numerator
          expect(count).toBeGreaterThan(0)
          expect(soundSeconds - pictureSeconds).toBeGreaterThanOrEqual(-1e-6)
          expect(soundSeconds - pictureSeconds).toBeLessThan(2048 / 48_000 + 1e-6)
        }
        expect(pictureSeconds).toBeCloseTo(gridSeconds(any), 5)
      },
    ),
  )
})
