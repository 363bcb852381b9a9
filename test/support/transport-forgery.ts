import {
  mediaPid,
  packetBytes,
  pesPayloads,
  pesStarts,
  transportPackets,
  writeTicks,
} from '#node/encoding/transport-stream.ts'

/** Ways to tamper with a segment, each a copy. */

/** Makes the key frame that it begins with an ordinary one. */
export function withoutKeyframe(segment: Uint8Array): Uint8Array {
  const bytes = Buffer.from(segment)
  const unit = bytes.indexOf(Buffer.from([0, 0, 1, 0x65]))
  if (unit < 0) throw new Error('no key frame to spoil')
  bytes[unit + 3] = 0x61
  return bytes
}

/** Moves every time of the medium by some ticks. */
export function shifted(segment: Uint8Array, ticks: number): Uint8Array {
  const bytes = Buffer.from(segment)
  for (const { pid, isStart, payload } of transportPackets(segment)) {
    if (pid !== mediaPid || !isStart) continue
    const count = ((bytes[payload + 7] ?? 0) >> 6) - 1
    for (let time = 0; time < count; time += 1) {
      const offset = payload + 9 + 5 * time
      writeTicks(bytes, offset, readTicks(bytes, offset) + ticks)
    }
  }
  return bytes
}

/** Gives every packet of one id another. */
export function renumbered(segment: Uint8Array, from: number, to: number): Uint8Array {
  const bytes = Buffer.from(segment)
  for (const { pid, offset } of transportPackets(segment)) {
    if (pid !== from) continue
    bytes[offset + 1] = ((bytes[offset + 1] ?? 0) & 0xe0) | (to >> 8)
    bytes[offset + 2] = to & 0xff
  }
  return bytes
}

/** Adds packets of an id that nothing plays. */
export function stuffed(segment: Uint8Array, pid: number, packets: number): Uint8Array {
  const packet = Buffer.alloc(packetBytes, 0xff)
  packet.set([0x47, pid >> 8, pid & 0xff, 0x10])
  return Buffer.concat([segment, ...Array.from({ length: packets }, () => packet)])
}

/** With the medium of every frame replaced by what is made of it; tables, times and clock stay. */
export function withFrames(
  segment: Uint8Array,
  change: (frame: Uint8Array, index: number) => Uint8Array,
): Uint8Array {
  const bytes = Buffer.from(segment)
  const packets = [...transportPackets(segment)]
  const starts = packets.filter(({ pid, isStart }) => pid === mediaPid && isStart)
  const tables = packets.slice(0, packets.indexOf(starts[0]!))
  const heads = pesStarts(segment).map(({ payload }) => payload)
  const pieces: Uint8Array[] = [bytes.subarray(0, tables.length * packetBytes)]
  let counter = 0
  for (const [index, frame] of pesPayloads(segment).entries()) {
    const { offset, payload } = starts[index]!
    let left: Buffer = Buffer.concat([bytes.subarray(payload, heads[index]), change(frame, index)])
    let adaptation: Buffer = bytes.subarray(offset + 4, payload)
    for (let isFirst = true; left.length > 0; isFirst = false) {
      const packet = Buffer.alloc(packetBytes, 0xff)
      const room = packetBytes - 4
      if (adaptation.length + left.length < room)
        adaptation = stuffing(adaptation, room - left.length)
      packet.set([0x47, (isFirst ? 0x40 : 0) | (mediaPid >> 8), mediaPid & 0xff])
      packet[3] = (adaptation.length > 0 ? 0x30 : 0x10) | (counter & 0x0f)
      packet.set(adaptation, 4)
      left.copy(packet, 4 + adaptation.length)
      left = left.subarray(room - adaptation.length)
      adaptation = Buffer.alloc(0)
      counter += 1
      pieces.push(packet)
    }
  }
  return Buffer.concat(pieces)
}

/** An adaptation field of so many bytes, with what another one says. */
function stuffing(adaptation: Buffer, length: number): Buffer {
  const field = Buffer.alloc(length, 0xff)
  field[0] = length - 1
  if (length > 1) field[1] = 0
  adaptation.subarray(1).copy(field, 1)
  return field
}

/** Without its last frames: everything from the PES packet of the first of them on. */
export function withoutLast(segment: Uint8Array, frames: number): Uint8Array {
  const starts = [...transportPackets(segment)].filter(
    ({ pid, isStart }) => pid === mediaPid && isStart,
  )
  return segment.subarray(0, starts.at(-frames)?.offset)
}

function readTicks(bytes: Uint8Array, offset: number): number {
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = bytes.subarray(offset)
  const high = ((first & 0x0e) << 14) | (second << 7) | (third >> 1)
  return high * 2 ** 15 + ((fourth << 7) | (fifth >> 1))
}
