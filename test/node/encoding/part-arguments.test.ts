import fc from 'fast-check'
import { expect, test } from 'vitest'
import { audioArguments, audioFrames } from '#node/encoding/audio-arguments.ts'
import type { PartEncode } from '#node/encoding/part-arguments.ts'
import { partArguments } from '#node/encoding/part-arguments.ts'
import type { SoundLayout } from '#node/encoding/source-layout.ts'
import type { VideoLayout } from '#node/encoding/video-layout.ts'
import type { FrameGrid } from '#protocol/grid.ts'
import { framesInSegment, gridSeconds, partWindow, segmentCount } from '#protocol/grid.ts'
import { smallLadder } from '#test/support/clip.ts'
import { aColor, aSourceLayout, aVideoLayout } from '#test/support/layout.ts'

const layout = aSourceLayout()

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
    recipe: 'h264-ts-4',
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
    '[0:0]setpts=PTS-round((83*1/1000)/TB),' +
      'scale=1280:720:flags=bicubic+accurate_rnd+full_chroma_int+bitexact:force_original_aspect_ratio=decrease,' +
      'pad=1280:720:(ow-iw)/2:(oh-ih)/2:eval=frame,' +
      'fps=30000/1001:start_time=0,trim=start_pts=0:end_pts=480,setpts=PTS-0,split=2[in0][in1];' +
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
  expect(valuesOf(argumentsOf(2), '-segment_frames')).toEqual(['120,240,340', '120,240,340'])
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

/** The filters for a video that differs from an ordinary one. */
function graphOf(overrides: Partial<VideoLayout>): string {
  const video = aVideoLayout(overrides)
  const [graph = ''] = valuesOf(argumentsOf(0, { layout: { ...layout, video } }), '-filter_complex')
  return graph
}

test.each([
  ['pq', 'hdr10'],
  ['hlg', 'hlg'],
  ['bt2020', 'none'],
  ['p3', 'none'],
] as const)('colours of the kind %s go through their table, in RGB', (wide, hdr) => {
  const graph = graphOf({ color: aColor({ matrix: 'bt2020', wide, hdr }) })
  expect(graph).toMatch(
    new RegExp(
      `in_color_matrix=bt2020,format=gbrp10,lut3d=file=${wide}.cube:interp=tetrahedral,scale=[^,]*out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p\\[out0\\]`,
    ),
  )
})

test.each([
  ['flagged', 'parity=auto:deint=interlaced'],
  ['top', 'parity=tff:deint=all'],
  ['bottom', 'parity=bff:deint=all'],
] as const)('fields are made pictures before they are counted: %s', (fields, expected) => {
  expect(graphOf({ fields })).toMatch(new RegExp(`bwdif=mode=send_frame:${expected},fps=`))
})

test('a picture is turned once, by our own filters, behind the cut', () => {
  const graph = graphOf({ orientation: { filters: ['transpose=clock'], isTurned: true } })
  expect(graph).toContain('setpts=PTS-0,transpose=clock,split=2')
  expect(argumentsOf(0)).toContain('-noautorotate')
})

test('transparency is laid over black, in as many bits as it has', () => {
  const flat = (overrides: Partial<VideoLayout>) => graphOf({ hasAlpha: true, ...overrides })
  expect(flat({ pixelFormat: 'bgra' })).toContain('format=gbrap,premultiply=inplace=1,split')
  expect(flat({ pixelFormat: 'yuva420p' })).toContain('format=yuva444p,premultiply=inplace=1')
  expect(flat({ pixelFormat: 'yuva444p12le', bitDepth: 12 })).toContain('format=yuva444p10,pre')
})

test('full range is read as such, and the colours of standard definition are converted, not renamed', () => {
  const graph = graphOf({ color: aColor({ matrix: 'bt601', isFullRange: true }) })
  expect(graph).toContain('in_color_matrix=bt601:in_range=pc:out_color_matrix=bt709:out_range=tv')
})

test('a codec whose pictures never change their size is not made steady', () => {
  expect(graphOf({ codec: 'prores' })).not.toContain('pad=')
})

test('a decoder is named only where the first choice would lose something', () => {
  const video = aVideoLayout({ codec: 'vp9', decoder: 'libvpx-vp9' })
  expect(valuesOf(argumentsOf(0, { layout: { ...layout, video } }), '-c:0')).toEqual(['libvpx-vp9'])
  expect(argumentsOf(0)).not.toContain('-c:0')
})

/** The filters for a sound of so many channels. */
function soundOf(channels: number): string {
  const sounds = layout.sounds.map((sound): SoundLayout => ({ ...sound, channels }))
  const args = audioArguments({ layout: { ...layout, sounds }, audioStream: 1, grid })
  return valuesOf(args, '-filter_complex')[0] ?? ''
}

test('sound is mixed to two channels without loss of level and without clipping', () => {
  expect(soundOf(1)).toContain('pan=stereo|c0=c0|c1=c0,aresample')
  expect(soundOf(2)).not.toContain('pan')
  expect(soundOf(6)).toContain('rematrix_maxval=1,aformat=sample_fmts=fltp:channel_layouts=stereo')
  expect(soundOf(16)).toContain('pan=stereo|c0=c0|c1=c1,aresample')
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
