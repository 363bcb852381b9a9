import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UnixFS } from 'ipfs-unixfs'
import { importByteStream } from 'ipfs-unixfs-importer'
import { CID } from 'multiformats/cid'
import { sha512 } from 'multiformats/hashes/sha2'
import { expect, test } from 'vitest'
import { importProfile, linksOf } from '#node/ipfs/dag.ts'
import { collectGarbage } from '#node/ipfs/garbage.ts'
import { Cid } from '#protocol/ids.ts'
import type { TestStore } from '#test/support/content.ts'
import {
  aLeaf,
  aNode,
  blockFiles,
  keep,
  noise,
  openTestStore,
  spoil,
} from '#test/support/content.ts'
import { aDirectory } from '#test/support/directory.ts'

const mebibyte = 1024 * 1024
const collect = ({ blocks, pins }: TestStore) => collectGarbage(blocks, pins)

/** A folder with a file of three chunks in it, as the next start of a node finds it. */
async function aPinnedTree(directory: string) {
  await using store = await openTestStore(directory)
  const segment = await store.content.addBytes(noise(2 * mebibyte + 10, 'segment'))
  const folder = await store.content.addDirectory([{ name: 'segment.ts', ...segment }])
  const root = await store.content.addDirectory([{ name: '480p', ...folder }])
  store.pins.pin(root.cid, 'job')
  const garbage = await store.content.addBytes(noise(1_000, 'garbage'))
  return { segment, folder, root, garbage }
}

test('everything below a pin is kept over restarts, and the rest is removed', async () => {
  await using directory = await aDirectory()
  const { root, garbage } = await aPinnedTree(directory.path)

  await using store = await openTestStore(directory.path)
  expect(await collect(store)).toEqual({ removed: 1, unknown: [] })

  expect(await store.content.isWhole(root.cid)).toBe(true)
  expect(await store.content.isWhole(garbage.cid)).toBe(false)
})

test('what its last owner lets go is removed, and what another still pins is kept', async () => {
  await using directory = await aDirectory()
  const { root, segment } = await aPinnedTree(directory.path)
  {
    await using store = await openTestStore(directory.path)
    store.pins.pin(segment.cid, 'other job')
    store.pins.unpin('job')
  }

  await using store = await openTestStore(directory.path)
  expect((await collect(store)).removed).toBe(3)

  expect(await store.content.isWhole(segment.cid)).toBe(true)
  expect(await store.content.isWhole(root.cid)).toBe(false)
})

test('a pin taken, let go and taken again by another still keeps its content', async () => {
  await using directory = await aDirectory()
  const { root } = await aPinnedTree(directory.path)
  {
    await using store = await openTestStore(directory.path)
    store.pins.pin(root.cid, 'second')
    store.pins.unpin('job')
    store.pins.pin(root.cid, 'job')
    store.pins.unpin('second')
  }

  await using store = await openTestStore(directory.path)
  await collect(store)

  expect(await store.content.isWhole(root.cid)).toBe(true)
})

for (const spoilt of ['root', 'folder', 'segment'] as const) {
  test(`a pinned tree whose ${spoilt} has rotted loses nothing that lies below`, async () => {
    await using directory = await aDirectory()
    const tree = await aPinnedTree(directory.path)
    const before = await blockFiles(directory.path)
    await spoil(directory.path, tree[spoilt].cid)

    await using store = await openTestStore(directory.path)
    const first = await collect(store)
    const second = await collect(store)

    expect(first).toEqual({ removed: 0, unknown: [tree[spoilt].cid] })
    expect(second).toEqual(first)
    expect(await blockFiles(directory.path)).toHaveLength(before.length - 1)
  })
}

test('garbage that was kept for a spoilt pin goes when its owner lets go', async () => {
  await using directory = await aDirectory()
  const { root } = await aPinnedTree(directory.path)
  await spoil(directory.path, root.cid)
  {
    await using store = await openTestStore(directory.path)
    await collect(store)
    store.pins.unpin('job')
  }

  await using store = await openTestStore(directory.path)
  await collect(store)

  expect(await blockFiles(directory.path)).toEqual([])
})

test('half a file is kept while its chunks are on their way', async () => {
  await using directory = await aDirectory()
  const { segment, root } = await aPinnedTree(directory.path)
  const lost = await firstLeafOf(directory.path, segment.cid)
  await spoil(directory.path, lost)

  await using store = await openTestStore(directory.path)
  expect(await store.content.isWhole(root.cid)).toBe(false)
  expect(await collect(store)).toEqual({ removed: 1, unknown: [] })

  expect(await blockFiles(directory.path)).toHaveLength(5)
})

test('a crash between a block and its pin costs nothing but the block', async () => {
  await using directory = await aDirectory()
  {
    await using store = await openTestStore(directory.path)
    await store.content.addBytes(noise(2 * mebibyte))
  }
  await using store = await openTestStore(directory.path)
  expect((await collect(store)).removed).toBe(3)

  const again = await store.content.addBytes(noise(2 * mebibyte))

  expect(await store.content.isWhole(again.cid)).toBe(true)
})

test('what is added while a collection runs is not taken for garbage', async () => {
  await using directory = await aDirectory()
  await aPinnedTree(directory.path)
  const file = join(directory.path, 'source')
  await writeFile(file, noise(12 * mebibyte, 'source'))

  await using store = await openTestStore(directory.path)
  const adding = importByteStream(
    createReadStream(file, { highWaterMark: mebibyte }),
    store.blocks,
    { profile: importProfile },
  )
  let removed = 0
  for (let round = 0; round < 20; round += 1) removed += (await collect(store)).removed
  const { cid } = await adding

  expect(removed).toBe(1)
  expect(await store.content.isWhole(Cid.parse(cid.toString()))).toBe(true)
})

test('pins of what is no content and refers to what is none do not stop a collection', async () => {
  await using directory = await aDirectory()
  const noNode = await aNode(Buffer.from('no UnixFS'), [])
  const foreign = await aNode(new UnixFS({ type: 'directory' }).marshal(), [
    CID.createV1(0x71, await sha512.digest(noise(10))),
  ])
  {
    await using store = await openTestStore(directory.path)
    await keep(store.blocks, noNode, foreign, await aLeaf(noise(10)))
    for (const { cid } of [noNode, foreign]) store.pins.pin(Cid.parse(cid.toString()), 'job')
  }

  await using store = await openTestStore(directory.path)

  expect(await collect(store)).toEqual({ removed: 1, unknown: [] })
})

test('a deep and a wide pinned tree are walked without recursion', async () => {
  await using directory = await aDirectory()
  const data = new UnixFS({ type: 'directory' }).marshal()
  const leaves = await Promise.all(
    Array.from({ length: 1_000 }, (_, index) => aLeaf(Buffer.from(`${index}`))),
  )
  const wide = await aNode(
    data,
    leaves.map(({ cid }) => cid),
  )
  const chain = [wide]
  for (let depth = 0; depth < 300; depth += 1) chain.push(await aNode(data, [chain.at(-1)!.cid]))
  await using store = await openTestStore(directory.path)
  await keep(store.blocks, ...chain)
  const root = Cid.parse(chain.at(-1)!.cid.toString())
  store.pins.pin(root, 'job')

  expect(await collect(store)).toEqual({ removed: 0, unknown: [] })
  expect(await store.content.isWhole(root)).toBe(false)
})

async function firstLeafOf(directory: string, cid: Cid): Promise<CID> {
  await using store = await openTestStore(directory)
  const root = CID.parse(cid)
  return linksOf(root, await store.blocks.read(root))[0]!
}
