import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import { describe, expect, test } from 'vitest'
import { fileCid } from '#node/encoding/file-cid.ts'
import { linksOf } from '#node/ipfs/dag.ts'
import { Cid } from '#protocol/ids.ts'
import type { Stored } from '#test/support/content.ts'
import {
  aFileNode,
  aLeaf,
  aNode,
  keep,
  noise,
  openTestStore,
  spoil,
} from '#test/support/content.ts'
import { aDirectory } from '#test/support/directory.ts'

const mebibyte = 1024 * 1024
const { signal } = new AbortController()
const anySize = { limitBytes: 64 * mebibyte, signal }
const asCid = ({ cid }: Stored) => Cid.parse(cid.toString())

async function aStore() {
  const stack = new AsyncDisposableStack()
  const { path } = stack.use(await aDirectory())
  const store = stack.use(await openTestStore(path))
  return { ...store, path, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

test('a file comes out as it went in, under the id that it has everywhere', async () => {
  await using store = await aStore()
  const bytes = noise(3 * mebibyte + 17)
  const source = join(store.path, 'source')
  await writeFile(source, bytes)
  const percents: number[] = []

  const added = await store.content.addFile(source, {
    signal,
    onProgress: (percent) => percents.push(percent),
  })
  await store.content.exportFile(added.cid, join(store.path, 'copy'), { signal })

  expect(added).toMatchObject({ cid: await fileCid(source), bytes: bytes.length })
  expect(percents.at(-1)).toBe(100)
  expect(Buffer.compare(await readFile(join(store.path, 'copy')), bytes)).toBe(0)
})

test('an empty file is a file', async () => {
  await using store = await aStore()
  const { cid, bytes } = await store.content.addBytes(new Uint8Array())

  expect(bytes).toBe(0)
  expect(await store.content.read(cid, anySize)).toHaveLength(0)
  expect(await store.content.isWhole(cid)).toBe(true)
})

test('a read stops at its limit instead of filling the memory', async () => {
  await using store = await aStore()
  const { cid } = await store.content.addBytes(noise(3 * mebibyte))

  await expect(store.content.read(cid, { limitBytes: mebibyte, signal })).rejects.toMatchObject({
    code: 'content-corrupt',
  })
})

describe('a file of several blocks', () => {
  async function aSegment() {
    const store = await aStore()
    const bytes = noise(2 * mebibyte + 5)
    const { cid } = await store.content.addBytes(bytes)
    const root = CID.parse(cid)
    return { store, bytes, cid, chunks: linksOf(root, await store.blocks.read(root)) }
  }

  for (const which of [0, 1, 2]) {
    test(`that has lost chunk ${which} is an error and never has a hole`, async () => {
      const { store, cid, chunks } = await aSegment()
      await using _ = store
      await store.blocks.delete(chunks[which]!)
      const copy = join(store.path, 'copy')

      await expect(store.content.read(cid, anySize)).rejects.toMatchObject({
        code: 'content-unavailable',
      })
      await expect(store.content.exportFile(cid, copy, { signal })).rejects.toMatchObject({
        code: 'content-unavailable',
      })
      expect((await readdir(store.path)).filter((name) => name.startsWith('copy'))).toEqual([])
    })
  }

  test('is whole with all of its chunks only, as its size does not tell', async () => {
    const { store, cid, chunks, bytes } = await aSegment()
    await using _ = store
    expect(await store.content.isWhole(cid)).toBe(true)
    await store.blocks.delete(chunks[1]!)

    expect((await store.content.sizes(cid)).bytes).toBe(bytes.length)
    expect(await store.content.isWhole(cid)).toBe(false)
  })

  test('with a rotten chunk is not whole at the next start', async () => {
    const { store, cid, chunks } = await aSegment()
    await using _ = store
    await spoil(store.path, chunks[1]!)

    await using reopened = await openTestStore(store.path)

    expect(await reopened.content.isWhole(cid)).toBe(false)
  })
})

describe('a file that lies about itself', () => {
  const corrupt = { code: 'content-corrupt' }

  const reading = async (root: Stored, ...others: readonly Stored[]) => {
    const store = await aStore()
    await keep(store.blocks, root, ...others)
    return store
  }

  test('with chunks longer than it says is refused', async () => {
    const leaf = await aLeaf(noise(1_000))
    const root = await aFileNode([{ cid: leaf.cid, size: 10 }])
    await using store = await reading(root, leaf)

    await expect(store.content.read(asCid(root), anySize)).rejects.toMatchObject(corrupt)
  })

  test('with chunks shorter than it says is refused', async () => {
    const leaf = await aLeaf(noise(10))
    const root = await aFileNode([{ cid: leaf.cid, size: 1_000 }])
    await using store = await reading(root, leaf)

    await expect(store.content.read(asCid(root), anySize)).rejects.toMatchObject(corrupt)
  })

  test('of few blocks that stand for a million chunks is cut off at the limit', async () => {
    const leaf = await aLeaf(noise(mebibyte))
    const thousand = (cid: CID, size: number) =>
      Array.from({ length: 1_000 }, () => ({ cid, size }))
    const middle = await aFileNode(thousand(leaf.cid, mebibyte))
    const root = await aFileNode(thousand(middle.cid, 1_000 * mebibyte))
    await using store = await reading(root, leaf, middle)

    await expect(
      store.content.read(asCid(root), { limitBytes: 2 * mebibyte, signal }),
    ).rejects.toMatchObject(corrupt)
  })

  test('with a boundless tree of no bytes in it is read in no time', async () => {
    const leaf = await aLeaf(noise(10))
    let empty = await aFileNode([])
    const nodes = [empty]
    for (let depth = 0; depth < 30; depth += 1) {
      empty = await aFileNode(Array.from({ length: 100 }, () => ({ cid: empty.cid, size: 0 })))
      nodes.push(empty)
    }
    const root = await aFileNode([
      { cid: leaf.cid, size: 10 },
      { cid: empty.cid, size: 0 },
      { cid: leaf.cid, size: 10 },
    ])
    await using store = await reading(root, leaf, ...nodes)

    expect(await store.content.read(asCid(root), anySize)).toHaveLength(20)
  })

  test('deeper than any file is refused', async () => {
    const leaf = await aLeaf(noise(10))
    let root = await aFileNode([{ cid: leaf.cid, size: 10 }])
    const nodes = [root]
    for (let depth = 0; depth < 100; depth += 1) {
      root = await aFileNode([{ cid: root.cid, size: 10 }])
      nodes.push(root)
    }
    await using store = await reading(root, leaf, ...nodes)

    await expect(store.content.read(asCid(root), anySize)).rejects.toMatchObject(corrupt)
  })

  test('and is a directory is refused', async () => {
    const root = await aNode(new UnixFS({ type: 'directory' }).marshal(), [])
    await using store = await reading(root)

    await expect(store.content.read(asCid(root), anySize)).rejects.toMatchObject(corrupt)
    expect(await store.content.sizes(asCid(root))).toMatchObject({ bytes: 0 })
  })

  test('and is nothing that IPFS knows is refused', async () => {
    const root = await aNode(Buffer.from('no UnixFS'), [])
    await using store = await reading(root)

    await expect(store.content.read(asCid(root), anySize)).rejects.toMatchObject(corrupt)
    await expect(store.content.sizes(asCid(root))).rejects.toMatchObject(corrupt)
  })

  test('and has an id that no content can have is refused', async () => {
    await using store = await aStore()
    const undecodable = `bafkrei${'z'.repeat(52)}` as Cid

    await expect(store.content.read(undecodable, anySize)).rejects.toMatchObject(corrupt)
    await expect(store.content.sizes(undecodable)).rejects.toMatchObject(corrupt)
    await expect(
      store.content.fetch(undecodable, [], { signal, expectedBytes: 1 }),
    ).rejects.toMatchObject(corrupt)
  })
})
