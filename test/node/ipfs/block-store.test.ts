import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { isBlockOf, openBlockStore } from '#node/ipfs/block-store.ts'
import { aLeaf, blockFiles, keep, noise, spoil } from '#test/support/content.ts'
import { aDirectory } from '#test/support/directory.ts'

const run = promisify(execFile)
const openIn = (directory: string) => openBlockStore(join(directory, 'blocks'))
const missing = { name: 'NotFoundError' }

test('a block outlives the store that took it', async () => {
  await using directory = await aDirectory()
  const leaf = await aLeaf(noise(1_000))
  await keep(await openIn(directory.path), leaf)

  const reopened = await openIn(directory.path)

  expect(Buffer.from(await reopened.read(leaf.cid))).toEqual(Buffer.from(leaf.block))
})

test('a block that is put in pieces is one block, however many they are', async () => {
  await using directory = await aDirectory()
  const leaf = await aLeaf(noise(3_000))
  const pieces = Array.from({ length: 1_500 }, (_, at) => leaf.block.subarray(2 * at, 2 * at + 2))
  expect(isBlockOf(leaf.cid, pieces)).toBe(true)
  expect(isBlockOf(leaf.cid, pieces.toReversed())).toBe(false)
  const blocks = await openIn(directory.path)

  await blocks.put(leaf.cid, pieces)

  expect(Buffer.from(await blocks.read(leaf.cid))).toEqual(Buffer.from(leaf.block))
})

/** Puts a block where a file has no room for half of it, and prints why that failed. */
const puttingTooMuch = `
  import { openBlockStore } from '#node/ipfs/block-store.ts'
  import { aLeaf, noise } from '#test/support/content.ts'
  const { cid, block } = await aLeaf(noise(1_000_000))
  const blocks = await openBlockStore(process.env.BLOCKS)
  const pieces = [block.subarray(0, 400_000), block.subarray(400_000)]
  await blocks.put(cid, pieces).catch(({ code }) => console.log(code))
  console.log(await blocks.has(cid))
`

test('a block for which there is no room is not there, and the disk’s own reason is told', async () => {
  await using directory = await aDirectory()
  // In units of 512 bytes; who writes more is told so instead of being killed.
  const limited = 'trap "" XFSZ; ulimit -f 1000; exec "$0" --input-type=module --eval "$1"'
  const { stdout } = await run('sh', ['-c', limited, process.execPath, puttingTooMuch], {
    env: { BLOCKS: join(directory.path, 'blocks') },
  })
  expect(stdout).toBe('EFBIG\nfalse\n')
})

test('a block of which one bit has flipped is never handed out, and makes room for a sound one', async () => {
  await using directory = await aDirectory()
  const blocks = await openIn(directory.path)
  const leaf = await aLeaf(noise(1_000))
  await keep(blocks, leaf)
  await spoil(directory.path, leaf.cid)

  await expect(blocks.read(leaf.cid)).rejects.toMatchObject(missing)
  expect(await blocks.has(leaf.cid)).toBe(false)

  await keep(blocks, leaf)
  expect(Buffer.from(await blocks.read(leaf.cid))).toEqual(Buffer.from(leaf.block))
})

test('a block cut short by the disk is not sound', async () => {
  await using directory = await aDirectory()
  const leaf = await aLeaf(noise(1_000))
  await keep(await openIn(directory.path), leaf)
  const [file = ''] = await blockFiles(directory.path)
  await writeFile(file, (await readFile(file)).subarray(0, 500))

  expect(await (await openIn(directory.path)).soundSize(leaf.cid)).toBeNull()
})

test('the size of a sound block is known, and of a missing one is not', async () => {
  await using directory = await aDirectory()
  const blocks = await openIn(directory.path)
  const leaf = await aLeaf(noise(1_000))
  const other = await aLeaf(noise(10, 'other'))
  await keep(blocks, leaf)

  expect(await blocks.soundSize(leaf.cid)).toBe(1_000)
  expect(await blocks.soundSize(other.cid)).toBeNull()
})

test('what a crash left half-written is removed at the next start, and the rest is kept', async () => {
  await using directory = await aDirectory()
  const leaf = await aLeaf(noise(1_000))
  await keep(await openIn(directory.path), leaf)
  const [file = ''] = await blockFiles(directory.path)
  await writeFile(`${file}.4711-1`, 'half')

  await openIn(directory.path)

  expect(await blockFiles(directory.path)).toEqual([file])
})

test('files that are no blocks neither stop a start nor a sweep, and are left alone', async () => {
  await using directory = await aDirectory()
  await keep(await openIn(directory.path), await aLeaf(noise(10)))
  const [block = ''] = await blockFiles(directory.path)
  await writeFile(join(directory.path, 'blocks', '.DS_Store'), 'not ours')
  await writeFile(join(dirname(block), 'strange.block'), 'not ours')
  await mkdir(join(directory.path, 'blocks', 'lost+found'))

  const removed = await (await openIn(directory.path)).sweep(() => false)

  expect(removed).toBe(1)
  expect(await blockFiles(directory.path)).toHaveLength(2)
})

test('a block put twice is one block', async () => {
  await using directory = await aDirectory()
  const blocks = await openIn(directory.path)
  const leaf = await aLeaf(noise(10))
  await keep(blocks, leaf, leaf)

  const listed: string[] = []
  for await (const { cid } of blocks.getAll()) listed.push(cid.toString())

  expect(listed).toEqual([leaf.cid.toString()])
})

test('blocks written at the same time under one name do not disturb each other', async () => {
  await using directory = await aDirectory()
  const blocks = await openIn(directory.path)
  const leaf = await aLeaf(noise(300_000))

  await Promise.all(Array.from({ length: 8 }, () => blocks.put(leaf.cid, leaf.block)))

  expect(await blocks.soundSize(leaf.cid)).toBe(300_000)
  expect(await blockFiles(directory.path)).toHaveLength(1)
})
