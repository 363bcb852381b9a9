import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { encode, prepare } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { expect, test } from 'vitest'
import { fileCid, joinedCid } from '#node/encoding/file-cid.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'

const mebibyte = 1024 * 1024
const rawCodec = 0x55
const dagPbCodec = 0x70

async function fileOf(...pieces: readonly Uint8Array[]): Promise<string> {
  const file = path.join(await makeFolder(), 'file')
  await writeFile(file, Buffer.concat(pieces))
  return file
}

function cidOf(codec: number, bytes: Uint8Array): CID {
  return CID.createV1(codec, create(0x12, createHash('sha256').update(bytes).digest()))
}

test('a small file is one raw block', async () => {
  const file = await fileOf(Buffer.from('hello world'))
  expect(await fileCid(file)).toBe('bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e')
})

test('a larger file is a node over raw leaves of a mebibyte', async () => {
  const leaves = [Buffer.alloc(mebibyte, 1), Buffer.alloc(mebibyte, 2), Buffer.from('rest')]
  const root = prepare({
    Data: new UnixFS({
      type: 'file',
      blockSizes: leaves.map(({ length }) => BigInt(length)),
    }).marshal(),
    Links: leaves.map((leaf) => ({ Name: '', Tsize: leaf.length, Hash: cidOf(rawCodec, leaf) })),
  })
  expect(await fileCid(await fileOf(...leaves))).toBe(cidOf(dagPbCodec, encode(root)).toString())
})

test('files read as one have the id of their joined content', async () => {
  const pieces = [Buffer.alloc(700_000, 3), Buffer.alloc(900_000, 4)]
  const files = await Promise.all(pieces.map((piece) => fileOf(piece)))
  expect(await joinedCid(files)).toBe(await fileCid(await fileOf(...pieces)))
})
