import { mediaPid, transportPackets } from '../encoding/transport-stream.ts'

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

/** True for whole packets of two tables and one medium: a segment can be played alone, and has no room for what nobody sees. */
export function hasOnlyItsStream(bytes: Uint8Array): boolean {
  const ids = parse(() => [...transportPackets(bytes)].map(({ pid }) => pid))
  if (!ids) return false
  const [programs, streams, ...rest] = ids
  const hasTables = programs === tablePids[0] && streams === tablePids[1]
  return hasTables && rest.every((pid) => pid === mediaPid || tablePids.includes(pid))
}
