import { MemoryBlockstore } from 'blockstore-core'
import { importBytes } from 'ipfs-unixfs-importer'
import { expect, test } from 'vitest'
import { importProfile } from '#node/ipfs/dag.ts'
import { fileDagBytes } from '#node/ipfs/tree-arithmetic.ts'

test.each([1, 2 ** 20, 2 ** 20 + 1, 3 * 2 ** 20 + 17, 40 * 2 ** 20])(
  'the blocks of a file of %i bytes are as large as they are counted',
  async (bytes) => {
    const blocks = new MemoryBlockstore()
    const content = new Uint8Array(bytes)
    for (let index = 0; index < bytes; index += 2 ** 20) content[index] = index / 2 ** 20
    await importBytes(content, blocks, { profile: importProfile })
    let total = 0
    for await (const { bytes: block } of blocks.getAll())
      for await (const chunk of block) total += chunk.length
    expect(fileDagBytes(bytes)).toBe(total)
  },
)
