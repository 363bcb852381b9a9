import { appendFile } from 'node:fs/promises'
import path from 'node:path'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import { openBlockStore } from '#node/ipfs/block-store.ts'

/** Keeps blocks in a folder, some at a time, and notes beside it each that is kept: run as a process of its own. */
const [folder = '', count = '0'] = process.argv.slice(2)

const store = await openBlockStore(path.join(folder, 'blocks'))

async function keep(number: number): Promise<void> {
  const bytes = new Uint8Array(2_000).fill(number)
  const cid = CID.createV1(raw.code, await sha256.digest(bytes))
  await store.put(cid, bytes)
  await appendFile(path.join(folder, 'kept'), `${cid}\n`)
}

for (let number = 0; number < Number(count); number += 2)
  await Promise.all([keep(number), keep(number + 1)])
