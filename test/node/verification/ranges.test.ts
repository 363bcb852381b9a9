import { beforeAll, describe, expect, test } from 'vitest'
import { leavesOf } from '#contracts/merkle.ts'
import { MarketError } from '#market/errors.ts'
import { mergeRanges } from '#node/encoding/merge-ranges.ts'
import { assembleTree } from '#node/processing/tree.ts'
import type { PartRange } from '#protocol/grid.ts'
import { partWindow } from '#protocol/grid.ts'
import type { Manifest } from '#protocol/manifest.ts'
import { Manifest as ManifestSchema } from '#protocol/manifest.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { jobId } from '../../support/builders.ts'
import type { Workshop } from '../../support/delivered-tree.ts'
import { openWorkshop, withSegments } from '../../support/delivered-tree.ts'

let shop: Workshop
/** The two ranges of the workshop's video, of one part each; the first has the sound. */
let first: Manifest
let second: Manifest

beforeAll(async () => {
  shop = await openWorkshop()
  first = await encodeRange({ first: 0, parts: 1 }, 'with sound')
  second = await encodeRange({ first: 1, parts: 1 }, 'silent')
}, 120_000)

/** What the offer of a range asks for. */
function askedFor(range: PartRange, sound: 'with sound' | 'silent'): JobOffer {
  const { offer } = shop
  const { audioStream: _, ...silent } = offer.source
  const source = sound === 'silent' ? silent : offer.source
  return { ...offer, source, grid: { ...offer.grid, range }, whole: jobId('alice', 9) }
}

async function encodeRange(range: PartRange, sound: 'with sound' | 'silent'): Promise<Manifest> {
  const { grid, source } = askedFor(range, sound)
  const records = await shop.encodeOther({ grid, source })
  const { renditions, audio } = shop.manifest
  return ManifestSchema.parse({
    ...shop.manifest,
    grid,
    renditions: renditions.map((rendition) => ({
      ...rendition,
      segments: records.get(rendition.name),
    })),
    audio: audio && sound === 'with sound' ? { ...audio, segments: records.get('audio') } : null,
  })
}

describe('a range of a video', () => {
  test('is encoded alone, into the same segments as in the whole', () => {
    const whole = leavesOf(shop.manifest)
    for (const manifest of [first, second]) {
      const leaves = leavesOf(manifest)
      expect(whole).toEqual(expect.arrayContaining([...leaves]))
    }
    expect(leavesOf(first).length + leavesOf(second).length).toBe(whole.length)
  })

  test('is told from another by the indexes of its segments', () => {
    const { firstSegment, segments } = partWindow(shop.offer.grid, 1)
    const indexes = leavesOf(second).map(({ index }) => index)
    expect(new Set(indexes)).toEqual(
      new Set(Array.from({ length: segments }, (_, at) => firstSegment + at)),
    )
  })

  test('passes the check of its delivery, whichever leaf is drawn', async () => {
    const asked = askedFor({ first: 1, parts: 1 }, 'silent')
    const delivery = await shop.deliver(second)
    const last = leavesOf(second).length - 1
    for (const drawing of [0, last]) {
      const found = await shop.check(delivery, { asked, drawing })
      expect(found).toMatchObject({ verdict: 'pass', faults: [] })
    }
  })

  test('passes with the sound of the whole video where it is asked for that', async () => {
    const asked = askedFor({ first: 0, parts: 1 }, 'with sound')
    const drawing = leavesOf(first).findIndex(({ rendition }) => rendition === 'audio')
    const found = await shop.check(await shop.deliver(first), { asked, drawing })
    expect(found).toMatchObject({ verdict: 'pass', faults: [] })
  })

  test('fails with the segments of another range in the place of its own', async () => {
    const asked = askedFor({ first: 1, parts: 1 }, 'silent')
    const [, ...others] = first.renditions[0]?.segments ?? []
    const foreign = others[0]
    if (!foreign) throw new Error('a part has segments')
    const forged = withSegments(second, '90p', { 1: foreign })
    const found = await shop.check(await shop.deliver(forged), { asked })
    const { firstSegment } = partWindow(shop.offer.grid, 1)
    expect(found.faults).toContainEqual(
      expect.objectContaining({ rendition: '90p', segment: firstSegment + 1 }),
    )
  })

  test('fails where another range was asked for', async () => {
    const asked = askedFor({ first: 0, parts: 1 }, 'silent')
    const found = await shop.check(await shop.deliver(second), { asked })
    expect(found.faults).toEqual([{ code: 'manifest-differs-from-offer' }])
  })
})

describe('ranges put together', () => {
  test('make the tree that one encoder makes of the whole, to the byte', async () => {
    const merged = mergeRanges([second, first])
    expect(merged).toEqual(shop.manifest)
    const tree = await assembleTree(merged, shop.content)
    expect(tree).toEqual({ root: shop.delivery.root, manifest: shop.delivery.manifest })
  })

  test('are refused where one is missing, there twice, of another class or of other streams', () => {
    const foreign = { ...second, class: { ...second.class, cid: first.source } }
    const [rendition, ...renditions] = second.renditions
    if (!rendition) throw new Error('a tree has a rendition')
    const strange = {
      ...second,
      renditions: [{ ...rendition, codecs: 'avc1.000000' }, ...renditions],
    }
    for (const records of [
      [first],
      [second],
      [first, first, second],
      [first, foreign],
      [first, strange],
      [],
    ])
      expect(() => mergeRanges(records)).toThrow(MarketError)
    expect(() => mergeRanges([shop.manifest])).toThrow('one of them is whole')
  })
})
