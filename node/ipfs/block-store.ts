import { createHash } from 'node:crypto'
import { access, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BaseBlockstore } from 'blockstore-core'
import type { Blockstore, Pair } from 'interface-blockstore'
import { NotFoundError } from 'interface-store'
import { base32 } from 'multiformats/bases/base32'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import * as Digest from 'multiformats/hashes/digest'
import { sha256 as sha256Hash } from 'multiformats/hashes/sha2'

/** The store has a block whose bytes are not what its id says: the disk lost it. It is removed, so that it can be fetched again. */
export class CorruptBlockError extends NotFoundError {
  override readonly name = 'NotFoundError'
}

const suffix = '.block'

export type FlatBlockStore = Blockstore & {
  /** One whole block. Rejects with a NotFoundError where it is missing or corrupt. */
  read(cid: CID): Promise<Uint8Array>
}

/**
 * Blocks as one file each, in 1024 folders by the end of their hash.
 * A block is verified whenever it is read, and is on the disk (fsync, then rename) before `put` resolves,
 * so that what was announced survives a power cut. Files of a write that a crash cut off are removed here.
 */
export async function openBlockStore(path: string): Promise<FlatBlockStore> {
  await mkdir(path, { recursive: true })
  const store = new FlatStore(path)
  await store.removeUnfinished()
  return store
}

class FlatStore extends BaseBlockstore implements FlatBlockStore {
  readonly #path: string
  readonly #folders = new Set<string>()
  #writes = 0

  constructor(path: string) {
    super()
    this.#path = path
  }

  async removeUnfinished(): Promise<void> {
    for (const folder of await readdir(this.#path)) {
      const files = await readdir(join(this.#path, folder))
      const unfinished = files.filter((file) => !file.endsWith(suffix))
      for (const file of unfinished) await rm(join(this.#path, folder, file), { force: true })
    }
  }

  override async put(
    cid: CID,
    value: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<CID> {
    const bytes = value instanceof Uint8Array ? value : await concat(value)
    const { folder, file } = this.#place(cid)
    if (!this.#folders.has(folder)) await mkdir(folder, { recursive: true })
    this.#folders.add(folder)
    this.#writes += 1
    const unfinished = `${file}.${process.pid}-${this.#writes}`
    await writeDurably(unfinished, bytes)
    await rename(unfinished, file)
    return cid
  }

  override async *get(cid: CID): AsyncGenerator<Uint8Array> {
    yield await this.read(cid)
  }

  async read(cid: CID): Promise<Uint8Array> {
    const { file } = this.#place(cid)
    const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw new NotFoundError(`no block ${cid}`)
      throw error
    })
    if (isBlockOf(cid, bytes)) return bytes
    await rm(file, { force: true })
    throw new CorruptBlockError(`block ${cid} was corrupt and has been removed`)
  }

  override async has(cid: CID): Promise<boolean> {
    return access(this.#place(cid).file).then(
      () => true,
      () => false,
    )
  }

  override async delete(cid: CID): Promise<void> {
    await rm(this.#place(cid).file, { force: true })
  }

  override async *getAll(): AsyncGenerator<Pair> {
    for (const folder of await readdir(this.#path)) {
      for (const file of await readdir(join(this.#path, folder))) {
        if (!file.endsWith(suffix)) continue
        const digest = Digest.decode(base32.decode(file.slice(0, -suffix.length)))
        const cid = CID.createV1(raw.code, digest)
        yield { cid, bytes: this.get(cid) }
      }
    }
  }

  /** By hash alone: the same bytes are one block, whatever codec names them. */
  #place(cid: CID): { readonly folder: string; readonly file: string } {
    const name = base32.encode(cid.multihash.bytes)
    const folder = join(this.#path, name.slice(-3, -1))
    return { folder, file: join(folder, `${name}${suffix}`) }
  }
}

/** True if the bytes are those that the id names. Only sha2-256 is known here, so only it is true. */
export function isBlockOf(cid: CID, bytes: Uint8Array): boolean {
  if (cid.multihash.code !== sha256Hash.code) return false
  return createHash('sha256').update(bytes).digest().equals(cid.multihash.digest)
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(bytes)
    await file.datasync()
  } finally {
    await file.close()
  }
}

async function concat(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}
