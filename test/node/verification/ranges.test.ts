import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { leavesOf } from '#contracts/merkle.ts'
import { MarketError } from '#market/errors.ts'
import type { ContentStore, FileSpan } from '#market/ports/content-store.ts'
import { mergeRanges } from '#node/encoding/merge-ranges.ts'
import { openBlockStore } from '#node/ipfs/block-store.ts'
import { chunkBytes } from '#node/ipfs/dag.ts'
import { startSourceWindows } from '#node/processing/source-windows.ts'
import { assembleTree } from '#node/processing/tree.ts'
import { createWorkspaces } from '#node/processing/workspace.ts'
import type { PartRange } from '#protocol/grid.ts'
import { partWindow } from '#protocol/grid.ts'
import type { JobId } from '#protocol/ids.ts'
import { Cid } from '#protocol/ids.ts'
import type { Manifest } from '#protocol/manifest.ts'
import { Manifest as ManifestSchema } from '#protocol/manifest.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { jobId } from '../../support/builders.ts'
import { aFileNode, aLeaf, keep } from '../../support/content.ts'
import type { Workshop } from '../../support/delivered-tree.ts'
import { openWorkshop, withSegments } from '../../support/delivered-tree.ts'
import { makeFolder, untroubled } from '../../support/ffmpeg.ts'
import { silent } from '../../support/peers.ts'

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

/**
 * The workshop's video with 96 MiB behind it that belong to no picture, in a store of its own; what is brought of it is noted. The
 * system's own buffers take some of what nobody asked for.
 */
async function aLongSource() {
  const folder = await makeFolder()
  const blocks = await openBlockStore(path.join(folder, 'blocks'))
  const { cid: clip, bytes } = shop.offer.source
  const film = await shop.content.read(clip, { limitBytes: bytes, signal: untroubled })
  const padding = 96
  const free = Buffer.alloc(8)
  free.writeUInt32BE(8 + padding * chunkBytes)
  free.write('free', 4)
  const head = await aLeaf(Buffer.concat([film, free]))
  const nothing = await aLeaf(Buffer.alloc(chunkBytes))
  const tail = Array.from({ length: padding }, () => ({ cid: nothing.cid, size: chunkBytes }))
  const root = await aFileNode([{ cid: head.cid, size: head.block.length }, ...tail])
  await keep(blocks, root, head, nothing)
  const source = {
    cid: Cid.parse(root.cid.toString()),
    bytes: head.block.length + padding * chunkBytes,
  }
  const readSpans: FileSpan[] = []
  const content: ContentStore = {
    ...shop.content,
    fetch: async (cid, from, options) => {
      if (cid !== source.cid) return shop.content.fetch(cid, from, options)
      readSpans.push(options.span ?? { start: 0, end: source.bytes })
      return { blocks: 0, bytes: 0, local: 0 }
    },
  }
  const windows = await startSourceWindows({ blocks, logger: silent })
  const workspaces = createWorkspaces(path.join(folder, 'work'), content, windows)
  const workspaceOf = (job: JobId) => workspaces(job, 'check')
  return { source, readSpans, read: { content, workspaceOf } }
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

  test('is checked by the bytes of its source that hold it, and few others', async () => {
    const { read, readSpans, source } = await aLongSource()
    const asked = askedFor({ first: 1, parts: 1 }, 'silent')
    const offer = { ...asked, source: { ...asked.source, ...source } }
    const delivery = await shop.deliver({ ...second, source: source.cid })

    const found = await shop.check(delivery, { asked: offer, deps: read })

    expect(found).toMatchObject({ verdict: 'pass', faults: [] })
    expect(readSpans.length).toBeGreaterThan(0)
    const last = Math.max(...readSpans.map(({ end }) => end))
    expect(last).toBeLessThan(source.bytes / 2)
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
