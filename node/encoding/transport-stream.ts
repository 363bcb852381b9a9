/** Bytes of one MPEG-TS packet. */
export const packetBytes = 188

/** Packets of this id hold nothing. */
export const nullPid = 0x1fff

/** FFmpeg gives this packet id to the first stream of a file; ours have no other. */
export const mediaPid = 0x100

/** One packet of a transport stream, as offsets into its file. */
export type TransportPacket = {
  readonly offset: number
  readonly pid: number
  /** A PES packet or a table begins here. */
  readonly isStart: boolean
  readonly hasAdaptation: boolean
  /** First byte behind header and adaptation field. */
  readonly payload: number
}

/** Start of a PES packet: for video, of one frame. Times in ticks of 90 kHz. */
export type PesStart = {
  readonly pts: number
  readonly dts: number
  /** Where the decoding time is written; null where it is not, being equal to `pts`. */
  readonly dtsOffset: number | null
  readonly payload: number
}

/** Walks a file's packets. Throws a RangeError for bytes that are no transport stream. */
export function* transportPackets(bytes: Uint8Array): Generator<TransportPacket> {
  if (bytes.length % packetBytes !== 0) throw new RangeError('not whole packets')
  for (let offset = 0; offset < bytes.length; offset += packetBytes) {
    if (byteAt(bytes, offset) !== 0x47) throw new RangeError('a packet without its sync byte')
    const hasAdaptation = (byteAt(bytes, offset + 3) & 0x20) !== 0
    yield {
      offset,
      pid: ((byteAt(bytes, offset + 1) & 0x1f) << 8) | byteAt(bytes, offset + 2),
      isStart: (byteAt(bytes, offset + 1) & 0x40) !== 0,
      hasAdaptation,
      payload: offset + 4 + (hasAdaptation ? 1 + byteAt(bytes, offset + 4) : 0),
    }
  }
}

/** The PES packets of the medium, in the order of the file. */
export function pesStarts(bytes: Uint8Array): readonly PesStart[] {
  const starts: PesStart[] = []
  for (const { pid, isStart, payload } of transportPackets(bytes))
    if (pid === mediaPid && isStart) starts.push(readPesStart(bytes, payload))
  return starts
}

/** The medium itself, without packets and headers. */
export function elementaryStream(bytes: Uint8Array): Uint8Array {
  return Buffer.concat(pesPieces(bytes).flat())
}

/** What is in each PES packet of the medium, in the order of the file. */
export function pesPayloads(bytes: Uint8Array): readonly Uint8Array[] {
  return pesPieces(bytes).map((pieces) => Buffer.concat(pieces))
}

/** The medium in the pieces in which packets hold it, by PES packet; what stands before the first one counts as one. */
function pesPieces(bytes: Uint8Array): readonly (readonly Uint8Array[])[] {
  const packets: Uint8Array[][] = []
  for (const { pid, isStart, offset, payload } of transportPackets(bytes)) {
    if (pid !== mediaPid) continue
    const start = isStart ? readPesStart(bytes, payload).payload : payload
    const piece = bytes.subarray(start, offset + packetBytes)
    if (isStart || packets.length === 0) packets.push([piece])
    else packets.at(-1)?.push(piece)
  }
  return packets
}

/** Writes a time in the five bytes of a PES header, keeping the four bits that say which time it is. */
export function writeTicks(bytes: Uint8Array, offset: number, ticks: number): void {
  const high = Math.floor(ticks / 2 ** 15)
  bytes[offset] = (byteAt(bytes, offset) & 0xf0) | ((high >> 14) & 0x0e) | 1
  bytes[offset + 1] = (high >> 7) & 0xff
  bytes[offset + 2] = ((high << 1) & 0xfe) | 1
  bytes[offset + 3] = (ticks >> 7) & 0xff
  bytes[offset + 4] = ((ticks << 1) & 0xfe) | 1
}

function readPesStart(bytes: Uint8Array, offset: number): PesStart {
  const hasStartCode = [0, 0, 1].every((value, index) => byteAt(bytes, offset + index) === value)
  if (!hasStartCode) throw new RangeError('a PES packet without its start code')
  const times = byteAt(bytes, offset + 7) >> 6
  if (times < 2) throw new RangeError('a PES packet without a time')
  const dtsOffset = times === 3 ? offset + 14 : null
  const pts = readTicks(bytes, offset + 9)
  return {
    pts,
    dts: dtsOffset === null ? pts : readTicks(bytes, dtsOffset),
    dtsOffset,
    payload: offset + 9 + byteAt(bytes, offset + 8),
  }
}

function readTicks(bytes: Uint8Array, offset: number): number {
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = bytes.subarray(offset)
  const high = ((first & 0x0e) << 14) | (second << 7) | (third >> 1)
  return high * 2 ** 15 + ((fourth << 7) | (fifth >> 1))
}

function byteAt(bytes: Uint8Array, offset: number): number {
  const value = bytes[offset]
  if (value === undefined) throw new RangeError('a packet that ends too early')
  return value
}
