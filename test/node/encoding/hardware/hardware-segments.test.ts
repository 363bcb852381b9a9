import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { EncodedSegment } from '#market/ports/encoding-engine.ts'
import { codecString } from '#node/encoding/codec-string.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { finishHardwareSegments } from '#node/encoding/hardware/hardware-segments.ts'
import { segmentFile, segmentFormat } from '#node/encoding/part-arguments.ts'
import { clockBaseSeconds } from '#node/encoding/segment-clock.ts'
import { pesStarts, transportPackets } from '#node/encoding/transport-stream.ts'
import type { FrameGrid } from '#protocol/grid.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { aRendition } from '#test/support/clip.ts'
import { makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'

const grid: FrameGrid = {
  rate: { numerator: 24_000, denominator: 1001 },
  ...{ frames: 48, segmentFrames: 24, partSegments: 2, leadSeconds: 3 },
}
const device = { encoder: 'h264_vaapi', device: '/dev/dri/renderD128', isLowPower: false } as const

let tools: FfmpegTools
beforeAll(async () => {
  tools = await openTools()
})

/** Two segments as a device would leave them: by the same muxer, of other settings than the recipe's. */
async function makeSegments(...settings: readonly string[]): Promise<readonly EncodedSegment[]> {
  const directory = await makeFolder()
  const source = 'testsrc2=size=160x90:rate=24000/1001'
  const args = [
    ...['-f', 'lavfi', '-i', source, '-frames:v', '48', '-c:v', 'libx264', '-g', '24'],
    ...['-sc_threshold', '0', '-pix_fmt', 'yuv420p', '-bsf:v', 'setts=pts=PTS:dts=DTS-1'],
    ...[
      '-profile:v',
      'main',
      '-level:v',
      '1.3',
      '-bf',
      '0',
      '-maxrate',
      '300k',
      '-bufsize',
      '300k',
    ],
    ...settings,
    ...[...segmentFormat([24, 48], 0, clockBaseSeconds), segmentFile('90p', '%05d')],
  ]
  await tools.ffmpeg.run({ args, directory, signal: untroubled })
  return [0, 1].map((index) => ({
    ...{ rendition: '90p', index, units: 24 },
    path: path.join(directory, segmentFile('90p', index)),
  }))
}

async function finish(
  segments: readonly EncodedSegment[],
  rendition: Partial<Rendition> = {},
): Promise<readonly Buffer[]> {
  const renditions = [aRendition(rendition)]
  const finished = await finishHardwareSegments(segments, { renditions, grid, device })
  expect(finished.map(({ hardware }) => hardware)).toEqual(['h264_vaapi', 'h264_vaapi'])
  return await Promise.all(finished.map(({ path: file }) => readFile(file)))
}

/** The reference clock's ticks, wherever a packet carries one. */
function clocksOf(bytes: Buffer): readonly number[] {
  const clocks: number[] = []
  for (const { offset, hasAdaptation } of transportPackets(bytes))
    if (hasAdaptation && (bytes[offset + 4] ?? 0) >= 7 && ((bytes[offset + 5] ?? 0) & 0x10) !== 0)
      clocks.push(bytes.readUInt32BE(offset + 6) * 2 + ((bytes[offset + 10] ?? 0) >> 7))
  return clocks
}

test.each([
  ['without reordering', ['-bf', '0']],
  ['with pictures in between', ['-bf', '2', '-x264-params', 'b-pyramid=none']],
  ['with references among them', ['-bf', '3']],
])(
  'segments %s get the decoding times of libx264, and a clock ahead of them',
  async (_, settings) => {
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = await finish(
      await makeSegments(...settings),
    )
    const frames = pesStarts(second)
    for (const [index, { dts, pts }] of frames.entries()) {
      const place = 24 + index - 2
      expect(dts).toBe(Math.round((clockBaseSeconds + (place * 1001) / 24_000) * 90_000))
      expect(dts).toBeLessThanOrEqual(pts)
    }
    const clocks = clocksOf(second)
    expect(clocks.length).toBeGreaterThan(0)
    expect(clocks[0]).toBeLessThanOrEqual(frames[0]?.dts ?? 0)
    const starts = pesStarts(first)
    expect(starts[0]?.dts).toBe(clockBaseSeconds * 90_000)
    const last = starts.at(-1)?.dts ?? 0
    expect((frames[0]?.dts ?? 0) - last).toBeGreaterThan(3_700)
  },
)

test('a lower level and other promises are brought to the rendition’s name', async () => {
  for (const bytes of await finish(await makeSegments()))
    expect(codecString(bytes)).toBe('avc1.4D401F')
  const high = await makeSegments('-profile:v', 'high', '-x264-params', '8x8dct=1')
  for (const bytes of await finish(high, { profile: 'high', level: '4.0' }))
    expect(codecString(bytes)).toBe('avc1.640028')
})

test.each([
  ['another profile', ['-profile:v', 'baseline'], 'profile 66 is not main'],
  ['a higher level', ['-level:v', '4.1'], 'level 41 is above 3.1'],
  ['times of its own', ['-bsf:v', 'setts=pts=PTS+1:dts=DTS-1'], 'not shown at their times'],
  ['frames without a decoding time', ['-bsf:v', 'null'], 'without a decoding time'],
])('a device’s segments with %s are refused', async (_, settings, fault) => {
  const segments = await makeSegments(...settings)
  await expect(finish(segments)).rejects.toThrow(fault)
})

test('a segment above its cap is refused', async () => {
  const segments = await makeSegments('-qp', '4')
  await expect(finish(segments, { kbps: 50 })).rejects.toThrow('above its cap')
})

test('a segment that cannot be decoded from its beginning is refused', async () => {
  const segments = await makeSegments()
  const [{ path: file } = { path: '' }] = segments
  const bytes = await readFile(file)
  const header = bytes.indexOf(Buffer.from([0, 0, 1, 0x67]))
  bytes[header + 3] = 0x6c
  await writeFile(file, bytes)
  await expect(finish(segments)).rejects.toThrow('begins without a stream header')
})
