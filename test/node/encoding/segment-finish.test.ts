import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { countAdtsFrames } from '#node/encoding/adts.ts'
import { codecString } from '#node/encoding/codec-string.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import {
  alignDecodingStart,
  markDiscontinuity,
  withLeastPackets,
  withoutServiceTable,
} from '#node/encoding/segment-finish.ts'
import {
  elementaryStream,
  packetBytes,
  pesStarts,
  transportPackets,
  writeTicks,
} from '#node/encoding/transport-stream.ts'
import { ffmpeg, makeFolder, openTools, packetsOf } from '#test/support/ffmpeg.ts'

let tools: FfmpegTools
let folder: string
let video: Buffer
let sound: Buffer

beforeAll(async () => {
  tools = await openTools()
  folder = await makeFolder()
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=25:duration=1']
  const clock = ['-muxdelay', '0', '-output_ts_offset', '10']
  const x264 = ['-c:v', 'libx264', '-profile:v', 'high', '-level:v', '4.0']
  await ffmpeg(tools, ...picture, ...x264, ...clock, path.join(folder, 'video.ts'))
  await ffmpeg(
    tools,
    '-f',
    'lavfi',
    '-i',
    'sine=duration=1',
    '-c:a',
    'aac',
    path.join(folder, 'sound.ts'),
  )
  video = await readFile(path.join(folder, 'video.ts'))
  sound = await readFile(path.join(folder, 'sound.ts'))
})

/** The first packet of each stream in a segment. */
function firstPackets(bytes: Uint8Array): Map<number, Uint8Array> {
  const first = new Map<number, Uint8Array>()
  for (const { pid, offset } of transportPackets(bytes))
    if (!first.has(pid)) first.set(pid, bytes.subarray(offset, offset + packetBytes))
  return first
}

test('a picture is a PES packet, in the order of decoding', () => {
  const starts = pesStarts(video)
  expect(starts).toHaveLength(25)
  expect(starts[0]).toMatchObject({ pts: 900_000, dts: 892_800 })
  expect(starts.map(({ dts }) => dts)).toEqual(
    Array.from({ length: 25 }, (_, frame) => 892_800 + 3600 * frame),
  )
})

test('sound is counted in whole AAC frames', async () => {
  const packets = await packetsOf(tools, path.join(folder, 'sound.ts'))
  expect(countAdtsFrames(elementaryStream(sound))).toBe(packets.length)
  expect(() => countAdtsFrames(elementaryStream(sound).subarray(0, -1))).toThrow(RangeError)
  expect(() => countAdtsFrames(elementaryStream(video))).toThrow(RangeError)
})

test('the codec’s name is what the stream says of itself', () => {
  expect(codecString(video)).toBe('avc1.640028')
  expect(() => codecString(sound)).toThrow(RangeError)
})

test('bytes that are no transport stream are refused', () => {
  expect(() => pesStarts(video.subarray(1))).toThrow(RangeError)
  expect(() => pesStarts(Buffer.alloc(188))).toThrow(RangeError)
})

test('times are written as they are read, up to the last of their 33 bits', () => {
  for (const ticks of [0, 1, 899_999, 2 ** 32, 2 ** 33 - 1]) {
    const bytes = Uint8Array.from(video)
    const [start] = pesStarts(bytes)
    writeTicks(bytes, start?.dtsOffset ?? 0, ticks)
    expect(pesStarts(bytes)[0]?.dts).toBe(ticks)
  }
})

test('every stream is marked as discontinuous in its first packet, and loses nothing by it', () => {
  const marked = Uint8Array.from(video)
  markDiscontinuity(marked)
  for (const packet of firstPackets(marked).values()) {
    expect((packet[3] ?? 0) & 0x20).toBe(0x20)
    expect((packet[5] ?? 0) & 0x80).toBe(0x80)
  }
  expect(elementaryStream(marked)).toEqual(elementaryStream(video))
  const [table] = [...firstPackets(video).values()]
  const [markedTable] = [...firstPackets(marked).values()]
  expect(markedTable?.subarray(6)).toEqual(Uint8Array.from(table?.subarray(4, -2) ?? []))
})

test('the service table is left out, and nothing else', () => {
  expect(firstPackets(video).has(0x11)).toBe(true)
  const kept = withoutServiceTable(video)
  expect([...firstPackets(kept).keys()].toSorted((a, b) => a - b)).toEqual([0, 0x100, 0x1000])
  expect(elementaryStream(kept)).toEqual(elementaryStream(video))
})

test('decoding starts when showing does, in ever later steps, never after a picture is due', () => {
  const aligned = Uint8Array.from(video)
  alignDecodingStart(aligned)
  const starts = pesStarts(aligned)
  expect(starts.map(({ pts }) => pts)).toEqual(pesStarts(video).map(({ pts }) => pts))
  expect(starts.slice(0, 5).map(({ dts }) => dts)).toEqual([
    900_000, 901_200, 902_400, 903_600, 907_200,
  ])
  for (const { pts, dts } of starts) expect(dts).toBeLessThanOrEqual(pts)
})

test('a segment that starts as it should is left as it is', () => {
  const aligned = Uint8Array.from(video)
  alignDecodingStart(aligned)
  const again = Uint8Array.from(aligned)
  alignDecodingStart(again)
  expect(again).toEqual(aligned)
})

test('a segment of a few packets is filled up until FFmpeg believes what it is, and a longer one is left alone', () => {
  const short = withLeastPackets(video.subarray(0, 3 * packetBytes))
  const pids = [...transportPackets(short)].map(({ pid }) => pid)
  expect(pids).toHaveLength(12)
  expect(pids.slice(3).every((pid) => pid === 0x1fff)).toBe(true)
  expect(elementaryStream(short)).toEqual(elementaryStream(video.subarray(0, 3 * packetBytes)))
  expect(withLeastPackets(video)).toEqual(video)
})
