import { withLeastPackets } from '../encoding/segment-finish.ts'
import { mediaPid, nullPid, packetBytes, transportPackets } from '../encoding/transport-stream.ts'

/** Reads foreign bytes: whatever they make a parser throw is one answer. */
export function parse<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}

/** Ids of the tables that our muxer begins a segment with: which programs there are, and which streams the one has. */
const tablePids = [0, 0x1000]

/**
 * True for whole packets of two tables and one medium: a segment can be played alone, and has no room for what nobody sees.
 * One that is short may end with empty packets, as many and as empty as its finishing makes them.
 */
export function hasOnlyItsStream(bytes: Uint8Array): boolean {
  const packets = parse(() => [...transportPackets(bytes)])
  if (!packets) return false
  const own = packets.slice(0, packets.findLastIndex(({ pid }) => pid !== nullPid) + 1)
  const [programs, streams, ...rest] = own.map(({ pid }) => pid)
  const hasTables = programs === tablePids[0] && streams === tablePids[1]
  const isOwn = hasTables && rest.every((pid) => pid === mediaPid || tablePids.includes(pid))
  if (!isOwn || own.length === packets.length) return isOwn
  return withLeastPackets(bytes.subarray(0, own.length * packetBytes)).equals(bytes)
}
