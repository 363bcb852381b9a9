import {
  nullPid,
  packetBytes,
  pesStarts,
  transportPackets,
  writeTicks,
} from './transport-stream.ts'

/** The table that names a broadcast service. */
const servicePid = 0x11

/**
 * A segment without the table that names its service: HLS has no use for it, and ffprobe as npm ships it dies of it.
 */
export function withoutServiceTable(bytes: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = []
  for (const { pid, offset } of transportPackets(bytes))
    if (pid !== servicePid) pieces.push(bytes.subarray(offset, offset + packetBytes))
  return Buffer.concat(pieces)
}

/** Packets that FFmpeg wants to see before it believes that a file is a transport stream. */
const leastPackets = 12

/** A segment of a still or silent moment may be a few packets only; empty ones make up for what is missing. */
export function withLeastPackets(bytes: Uint8Array): Buffer {
  const missing = Math.max(0, leastPackets - bytes.length / packetBytes)
  const empty = Buffer.alloc(packetBytes, 0xff)
  empty.set([0x47, nullPid >> 8, nullPid & 0xff, 0x10])
  return Buffer.concat([bytes, ...Array.from({ length: missing }, () => empty)])
}

/**
 * Marks the first packet of every stream in a segment as following a discontinuity. Each segment is written by a muxer
 * of its own, whose packet counters start at zero; without the mark a demuxer takes that for lost packets and calls the
 * last picture before the seam corrupt. (FFmpeg 4.3 and later can do it themselves; earlier builds are welcome too.)
 */
export function markDiscontinuity(bytes: Uint8Array): void {
  const seen = new Set<number>()
  for (const { pid, offset, hasAdaptation } of transportPackets(bytes)) {
    if (seen.has(pid)) continue
    seen.add(pid)
    if (hasAdaptation && (bytes[offset + 4] ?? 0) > 0)
      bytes[offset + 5] = (bytes[offset + 5] ?? 0) | 0x80
    else insertMark(bytes, offset)
  }
}

/** A table leaves the end of its packet unused; its last two bytes make room for an adaptation field with the mark. */
function insertMark(bytes: Uint8Array, offset: number): void {
  const end = offset + packetBytes
  if (bytes[end - 1] !== 0xff || bytes[end - 2] !== 0xff)
    throw new RangeError('no room for a mark in this packet')
  bytes.copyWithin(offset + 6, offset + 4, end - 2)
  bytes[offset + 3] = (bytes[offset + 3] ?? 0) | 0x20
  bytes[offset + 4] = 1
  bytes[offset + 5] = 0x80
}

/**
 * Lets decoding begin when showing does. B-frames make the encoder start decoding two frames before the first picture
 * is shown; players take that earlier time for the start of the video, which leaves a hole ahead of the first picture
 * that they have to jump. The first few decoding times are therefore squeezed together between the first picture's time and
 * the first decoding time that lies behind it. Only the first segment of a tree has such a start.
 */
export function alignDecodingStart(bytes: Uint8Array): void {
  const frames = pesStarts(bytes)
  const start = frames[0]?.pts ?? 0
  const settled = frames.findIndex(({ dts }) => dts > start)
  const early = settled === -1 ? frames : frames.slice(0, settled)
  const room = settled === -1 ? early.length : (frames[settled]?.dts ?? start) - start
  early.forEach(({ dtsOffset }, index) => {
    const ticks = start + Math.floor((room * index) / early.length)
    if (dtsOffset !== null) writeTicks(bytes, dtsOffset, ticks)
  })
}
