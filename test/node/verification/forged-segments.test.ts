import { beforeAll, describe, expect, test } from 'vitest'
import { elementaryStream } from '#node/encoding/transport-stream.ts'
import type { SegmentRecord } from '#protocol/manifest.ts'
import type { Workshop } from '../../support/delivered-tree.ts'
import { openWorkshop, withSegments } from '../../support/delivered-tree.ts'
import {
  renumbered,
  shifted,
  stuffed,
  withFrames,
  withoutKeyframe,
  withoutLast,
} from '../../support/transport-forgery.ts'

let workshop: Workshop

beforeAll(async () => {
  workshop = await openWorkshop()
}, 60_000)

const leafOf = (track: string, index: number): number =>
  ['90p', '72p', 'audio'].indexOf(track) * 4 + index

/** Delivers the tree with one segment replaced, its manifest, root and Merkle root all true to the forgery, and has it checked. */
async function checkWith(track: string, index: number, forged: SegmentRecord) {
  const manifest = withSegments(workshop.manifest, track, { [index]: forged })
  return workshop.check(await workshop.deliver(manifest), { drawing: leafOf(track, index) })
}

/** Says that a picture ends where no other begins. */
const delimiter = Uint8Array.of(0, 0, 0, 1, 9, 0xf0)
const emptyAt = (place: number) => (frame: Uint8Array, index: number) =>
  index === place ? delimiter : frame
const twiceAt = (place: number) => (frame: Uint8Array, index: number) =>
  index === place ? Buffer.concat([frame, frame]) : frame

test('packing frames anew changes nothing of them', async () => {
  const bytes = await workshop.segment('90p', 1)
  const packed = withFrames(bytes, (frame) => frame)
  expect(Buffer.compare(elementaryStream(packed), elementaryStream(bytes))).toBe(0)
  const { faults } = await checkWith('90p', 1, await workshop.record(packed))
  expect(faults.map(({ code }) => code)).not.toContain('segment-invalid')
})

test('the honest tree passes, whichever leaf is drawn', async () => {
  for (const drawing of [0, 7, 11]) {
    const result = await workshop.check(workshop.delivery, { drawing })
    expect(result).toMatchObject({ verdict: 'pass', faults: [] })
    expect(result.challenged).toContain(drawing)
  }
})

describe('a video segment is found invalid that', () => {
  const tampered: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] = [
    ['does not begin with a key frame', withoutKeyframe],
    ['is shown a frame late', (bytes) => shifted(bytes, 7_500)],
    ['is shown two ticks late', (bytes) => shifted(bytes, 2)],
    ['begins at zero instead of at the base of the clock', (bytes) => shifted(bytes, -900_000)],
    ['lacks its last frame', (bytes) => withoutLast(bytes, 1)],
    ['has its frames twice', (bytes) => Buffer.concat([bytes, bytes])],
    ['is cut off within a packet', (bytes) => bytes.subarray(0, -100)],
    ['is cut off after its tables', (bytes) => bytes.subarray(0, 2 * 188)],
    ['has bytes behind it that are no packet', (bytes) => Buffer.concat([bytes, Buffer.from('x')])],
    [
      'has packets behind it that are not in sync',
      (bytes) => Buffer.concat([bytes, Buffer.alloc(188)]),
    ],
    ['has packets that no player shows', (bytes) => stuffed(bytes, 0x123, 3)],
    ['has null packets', (bytes) => stuffed(bytes, 0x1fff, 1)],
    ['has its medium under another id', (bytes) => renumbered(bytes, 0x100, 0x101)],
    ['lacks the table of its streams', (bytes) => renumbered(bytes, 0x1000, 0)],
    ['holds a second picture in a frame', (bytes) => withFrames(bytes, twiceAt(5))],
    ['holds no picture in a frame', (bytes) => withFrames(bytes, emptyAt(5))],
    [
      'holds two pictures in one frame and none in the next',
      (bytes) => withFrames(bytes, (frame, index) => emptyAt(6)(twiceAt(5)(frame, index), index)),
    ],
    ['is nothing but zeros', (bytes) => new Uint8Array(bytes.length)],
    ['is one byte', () => Uint8Array.of(0x47)],
  ]
  test.each(tampered)('%s', async (_, tamper) => {
    const forged = await workshop.record(tamper(await workshop.segment('90p', 1)))
    const { verdict, faults } = await checkWith('90p', 1, forged)
    expect(verdict).toBe('fail')
    expect(faults).toEqual([{ code: 'segment-invalid', rendition: '90p', segment: 1 }])
  })

  const ladder = [
    { name: '90p', width: 160, height: 90, kbps: 300, profile: 'main', level: '3.1' },
  ] as const
  test.each([
    ['has another size', { width: 128, height: 72 }],
    ['has a size that is two pixels off', { height: 88 }],
    ['has another profile', { profile: 'high' }],
    ['has another level', { level: '4.0' }],
  ] as const)('%s', async (_, change) => {
    const [rendition] = ladder
    const other = await workshop.encodeOther({ ladder: [{ ...rendition, ...change }] })
    const { faults } = await checkWith('90p', 1, other.get('90p')![1]!)
    expect(faults).toEqual([{ code: 'segment-invalid', rendition: '90p', segment: 1 }])
  })

  test('is the sound', async () => {
    const sound = await workshop.record(await workshop.segment('audio', 1))
    expect((await checkWith('90p', 1, sound)).faults).toEqual([
      { code: 'segment-invalid', rendition: '90p', segment: 1 },
    ])
  })

  test('stands where another belongs, as does the other', async () => {
    const [first, second] = workshop.manifest.renditions[1]!.segments
    const manifest = withSegments(workshop.manifest, '72p', { 0: second!, 1: first! })
    const { faults } = await workshop.check(await workshop.deliver(manifest))
    expect(faults).toEqual([
      { code: 'segment-invalid', rendition: '72p', segment: 0 },
      { code: 'segment-invalid', rendition: '72p', segment: 1 },
    ])
  })

  test('is repeated in place of the next', async () => {
    const [first] = workshop.manifest.renditions[0]!.segments
    expect((await checkWith('90p', 1, first!)).faults).toHaveLength(1)
  })

  test('is of the other rendition', async () => {
    const small = workshop.manifest.renditions[1]!.segments[1]!
    expect((await checkWith('90p', 1, small)).faults).toHaveLength(1)
  })

  test('is a directory', async () => {
    const root = await workshop.content.sizes(workshop.delivery.root)
    const forged = { cid: root.cid, bytes: 1_000, units: 12 }
    expect((await checkWith('90p', 1, forged)).faults).toEqual([
      { code: 'segment-invalid', rendition: '90p', segment: 1 },
    ])
  })

  test('has another size than the manifest says', async () => {
    const honest = workshop.manifest.renditions[0]!.segments[1]!
    for (const bytes of [honest.bytes - 1, honest.bytes + 1])
      expect((await checkWith('90p', 1, { ...honest, bytes })).faults).toHaveLength(1)
  })
})

describe('a sound segment is found invalid that', () => {
  const tampered: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] = [
    ['is heard late', (bytes) => shifted(bytes, 4_500)],
    ['is heard by half a frame late', (bytes) => shifted(bytes, 960)],
    ['lacks its end', (bytes) => withoutLast(bytes, 1)],
    ['is cut off within a packet', (bytes) => bytes.subarray(0, -1)],
    ['has packets that nobody hears', (bytes) => stuffed(bytes, 0x123, 2)],
    ['is empty', () => new Uint8Array(188)],
  ]
  test.each(tampered)('%s', async (_, tamper) => {
    const bytes = tamper(await workshop.segment('audio', 2))
    const { units } = workshop.manifest.audio!.segments[2]!
    const { faults } = await checkWith('audio', 2, await workshop.record(bytes, units))
    expect(faults).toEqual([{ code: 'segment-invalid', rendition: 'audio', segment: 2 }])
  })

  test('is a picture', async () => {
    const { units } = workshop.manifest.audio!.segments[2]!
    const picture = await workshop.record(await workshop.segment('90p', 2), units)
    expect((await checkWith('audio', 2, picture)).faults).toHaveLength(1)
  })

  test('stands where another of the same length belongs', async () => {
    const { segments } = workshop.manifest.audio!
    const other = segments.findIndex(
      ({ units }, index) => index > 2 && units === segments[2]!.units,
    )
    expect((await checkWith('audio', 2, segments[other]!)).faults).toHaveLength(1)
  })
})

describe('a segment whose form is right but whose bytes are not', () => {
  test('is found when it is drawn: the end of its last picture is missing', async () => {
    const bytes = await workshop.segment('90p', 1)
    const { faults } = await checkWith('90p', 1, await workshop.record(bytes.subarray(0, -188)))
    expect(faults).toEqual([{ code: 'bytes-differ', rendition: '90p', segment: 1 }])
  })

  test('is found when it is drawn: it is starved', async () => {
    const [rendition] = workshop.offer.ladder
    const starved = await workshop.encodeOther({ ladder: [{ ...rendition!, kbps: 50 }] })
    const { faults } = await checkWith('90p', 3, starved.get('90p')![3]!)
    expect(faults).toEqual([{ code: 'bytes-differ', rendition: '90p', segment: 3 }])
  })

  test('is found when the other segment of its part is drawn', async () => {
    const [rendition] = workshop.offer.ladder
    const starved = await workshop.encodeOther({ ladder: [{ ...rendition!, kbps: 50 }] })
    const forged = starved.get('90p')![2]!
    const manifest = withSegments(workshop.manifest, '90p', { 2: forged })
    const { faults } = await workshop.check(await workshop.deliver(manifest), { drawing: 3 })
    expect(faults).toEqual([{ code: 'bytes-differ', rendition: '90p', segment: 2 }])
  })

  test('is found when it is drawn although the other rendition is invalid already', async () => {
    const rendition = workshop.offer.ladder[1]!
    const starved = await workshop.encodeOther({ ladder: [{ ...rendition, kbps: 50 }] })
    const broken = await workshop.record(Uint8Array.of(0x47))
    const manifest = withSegments(withSegments(workshop.manifest, '90p', { 1: broken }), '72p', {
      3: starved.get('72p')![3]!,
    })
    const { faults } = await workshop.check(await workshop.deliver(manifest), {
      drawing: leafOf('72p', 3),
    })
    expect(faults).toEqual([
      { code: 'segment-invalid', rendition: '90p', segment: 1 },
      { code: 'bytes-differ', rendition: '72p', segment: 3 },
    ])
  })

  test('is found without being drawn when it needs more than its rate allows', async () => {
    const heavy = stuffed(await workshop.segment('90p', 1), 0x1fff, 1_000)
    const { faults } = await checkWith('90p', 1, await workshop.record(heavy))
    expect(faults).toEqual([{ code: 'bitrate-out-of-bounds', rendition: '90p', segment: 1 }])
  })

  test('is found without being drawn when it is sound that needs more', async () => {
    const heavy = stuffed(await workshop.segment('audio', 1), 0x1fff, 1_000)
    const { units } = workshop.manifest.audio!.segments[1]!
    const { faults } = await checkWith('audio', 1, await workshop.record(heavy, units))
    expect(faults).toEqual([{ code: 'bitrate-out-of-bounds', rendition: 'audio', segment: 1 }])
  })
})
