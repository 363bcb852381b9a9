import { expect, test } from 'vitest'
import { withLeastPackets } from '#node/encoding/segment-finish.ts'
import { mediaPid, nullPid, packetBytes } from '#node/encoding/transport-stream.ts'
import { hasOnlyItsStream } from '#node/verification/foreign-bytes.ts'

function packet(pid: number, filling = 0xff): Buffer {
  const bytes = Buffer.alloc(packetBytes, filling)
  bytes.set([0x47, pid >> 8, pid & 0xff, 0x10])
  return bytes
}

/** A segment of a still or silent moment: two tables and so many packets of its medium. */
const short = (packets: number): Buffer =>
  Buffer.concat(
    [0, 0x1000, ...Array.from({ length: packets }, () => mediaPid)].map((pid) => packet(pid)),
  )

test.each([1, 3, 9, 10, 40])(
  'a segment of %i packets has only its stream, as it is finished',
  (packets) => {
    expect(hasOnlyItsStream(short(packets))).toBe(true)
    expect(hasOnlyItsStream(withLeastPackets(short(packets)))).toBe(true)
  },
)

test('empty packets stand for nothing but what a short segment lacks', () => {
  const finished = withLeastPackets(short(3))
  const hiding = Buffer.concat([finished.subarray(0, -packetBytes), packet(nullPid, 0x55)])
  const between = Buffer.concat([short(3), packet(nullPid), packet(mediaPid)])
  for (const forged of [
    Buffer.concat([finished, packet(nullPid)]),
    finished.subarray(0, -packetBytes),
    Buffer.concat([short(10), packet(nullPid)]),
    hiding,
    between,
    packet(nullPid),
    Buffer.alloc(0),
  ])
    expect(hasOnlyItsStream(forged)).toBe(false)
})

test('another stream, no tables, or a broken packet are none of its own', () => {
  for (const forged of [
    Buffer.concat([short(3), packet(0x123)]),
    short(3).subarray(packetBytes),
    short(3).subarray(0, -1),
  ])
    expect(hasOnlyItsStream(forged)).toBe(false)
})
