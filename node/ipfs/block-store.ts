import { createHash } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { access, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { BaseBlockstore } from 'blockstore-core'
import type { Blockstore, Pair } from 'interface-blockstore'
import { NotFoundError } from 'interface-store'
import { base32 } from 'multiformats/bases/base32'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import * as Digest from 'multiformats/hashes/digest'
import { sha256 as sha256Hash } from 'multiformats/hashes/sha2'
import { syncFolder } from '../local/durable.ts'
import { createRecentSet } from './recent-set.ts'

/** The store has a block whose bytes are not what its id says: the disk lost it. It is removed, so that it can be fetched again. */
class CorruptBlockError extends NotFoundError {
  override readonly name = 'NotFoundError'
}

const suffix = '.block'
const folderName = /^[a-z2-7]{2}$/
/** A sha2-256 multihash of 34 bytes in base32. */
const blockName = /^b[a-z2-7]{55}\.block$/

/** Blocks remembered as seen whole since the start: some 20 MB. */
const recentLimit = 100_000

export type FlatBlockStore = Blockstore & {
  /** One whole block. Rejects with a NotFoundError where it is missing or corrupt. */
  read(cid: CID): Promise<Uint8Array>
  /** Bytes of a block that is here and was verified since this store was opened, now if not before; null for any other. Never rejects. */
  soundSize(cid: CID): Promise<number | null>
  /**
   * Removes every block that `isKept` denies and that was not put or looked at since this store was opened (the last 100,000 are
   * remembered), and resolves to how many: what is being added while this runs is safe, though nothing leads to it yet.
   */
  sweep(isKept: (name: string) => boolean): Promise<number>
}

/**
 * Blocks as one file each, in 1024 folders by the end of their hash.
 * A block is verified whenever it is read, and is on the disk before `put` resolves (fsync of the bytes, rename, fsync of the
 * folder), so that what was announced survives a power cut. Files of a write that a crash cut off are removed here.
 */
export async function openBlockStore(path: string): Promise<FlatBlockStore> {
  await mkdir(path, { recursive: true })
  await syncFolder(dirname(path))
  const store = new FlatStore(path)
  await store.lookThrough()
  return store
}

/** The name under which a block is kept: its hash alone, so the same bytes are one block, whatever codec names them. */
export function blockNameOf({ multihash }: CID): string {
  return base32.encode(multihash.bytes)
}

type Found = { readonly folder: string; readonly file: string; readonly name: string }

class FlatStore extends BaseBlockstore implements FlatBlockStore {
  readonly #path: string
  readonly #folders = new Set<string>()
  readonly #recent = createRecentSet(recentLimit)
  #writes = 0

  constructor(path: string) {
    super()
    this.#path = path
  }

  /** Removes files of writes that a crash cut off, and learns which folders there are, whose names it puts on the disk first. */
  async lookThrough(): Promise<void> {
    await syncFolder(this.#path)
    for await (const { file, folder, name } of this.#files()) {
      this.#folders.add(folder)
      if (!name.endsWith(suffix)) await rm(file, { force: true })
    }
  }

  override async put(
    cid: CID,
    value: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<CID> {
    const pieces = value instanceof Uint8Array ? [value] : await collect(value)
    const { folder, file, name } = this.#place(cid)
    this.#recent.add(name)
    if (!this.#folders.has(folder)) await this.#makeFolder(folder)
    this.#writes += 1
    const unfinished = `${file}.${process.pid}-${this.#writes}`
    await writeDurably(unfinished, pieces)
    await rename(unfinished, file)
    await syncFolder(folder)
    return cid
  }

  async #makeFolder(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true })
    await syncFolder(this.#path)
    this.#folders.add(folder)
  }

  override async *get(cid: CID): AsyncGenerator<Uint8Array> {
    yield await this.read(cid)
  }

  async read(cid: CID): Promise<Uint8Array> {
    const { file, name } = this.#place(cid)
    const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw new NotFoundError(`no block ${cid}`)
      throw error
    })
    if (isBlockOf(cid, bytes)) {
      this.#recent.add(name)
      return bytes
    }
    await rm(file, { force: true })
    this.#recent.delete(name)
    throw new CorruptBlockError(`block ${cid} was corrupt and has been removed`)
  }

  async soundSize(cid: CID): Promise<number | null> {
    const { file, name } = this.#place(cid)
    const known = this.#recent.has(name) ? await stat(file).catch(() => null) : null
    if (known) return known.size
    return this.read(cid).then(
      ({ length }) => length,
      () => null,
    )
  }

  override async has(cid: CID): Promise<boolean> {
    return access(this.#place(cid).file).then(
      () => true,
      () => false,
    )
  }

  override async delete(cid: CID): Promise<void> {
    const { file, name } = this.#place(cid)
    this.#recent.delete(name)
    await rm(file, { force: true })
  }

  async sweep(isKept: (name: string) => boolean): Promise<number> {
    let removed = 0
    for await (const { file, name } of this.#blocks()) {
      if (!isKept(name) && this.#removeOld(file, name)) removed += 1
    }
    return removed
  }

  /** In one turn: a `put` that begins before it has noted the name, one that begins after writes the file anew. */
  #removeOld(file: string, name: string): boolean {
    if (this.#recent.has(name) || !existsSync(file)) return false
    rmSync(file, { force: true })
    return true
  }

  override async *getAll(): AsyncGenerator<Pair> {
    for await (const { name } of this.#blocks()) {
      const digest = Digest.decode(base32.decode(name))
      const cid = CID.createV1(raw.code, digest)
      yield { cid, bytes: this.get(cid) }
    }
  }

  /** The files in the store's own folders; whatever else lies about is nobody's block. */
  async *#files(): AsyncGenerator<Found> {
    for (const folderOf of await readdir(this.#path)) {
      if (!folderName.test(folderOf)) continue
      const folder = join(this.#path, folderOf)
      for (const name of await readdir(folder)) yield { folder, file: join(folder, name), name }
    }
  }

  async *#blocks(): AsyncGenerator<Found> {
    for await (const { folder, file, name } of this.#files()) {
      if (blockName.test(name)) yield { folder, file, name: name.slice(0, -suffix.length) }
    }
  }

  #place(cid: CID): Found {
    const name = blockNameOf(cid)
    const folder = join(this.#path, name.slice(-3, -1))
    return { folder, file: join(folder, `${name}${suffix}`), name }
  }
}

/** A block as it came: its bytes in order, in as many pieces as there were, because joining them would cost a copy of each. */
export type Pieces = readonly Uint8Array[]

/** True if the bytes, whole or in pieces, are those that the id names. Only sha2-256 is known here, so only it is true. */
export function isBlockOf(cid: CID, bytes: Uint8Array | Pieces): boolean {
  if (cid.multihash.code !== sha256Hash.code) return false
  const hash = createHash('sha256')
  for (const piece of bytes instanceof Uint8Array ? [bytes] : bytes) hash.update(piece)
  return hash.digest().equals(cid.multihash.digest)
}

export function bytesIn(pieces: Pieces): number {
  return pieces.reduce((bytes, piece) => bytes + piece.length, 0)
}

async function collect(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Pieces> {
  const pieces: Uint8Array[] = []
  for await (const chunk of chunks) pieces.push(chunk)
  return pieces
}

async function writeDurably(path: string, pieces: Pieces): Promise<void> {
  const file = await open(path, 'wx')
  try {
    const { bytesWritten } = await file.writev(pieces)
    // A disk that is nearly full takes a part; it says why when it is given the rest.
    if (bytesWritten < bytesIn(pieces))
      await file.writeFile(Buffer.concat(pieces).subarray(bytesWritten))
    await file.datasync()
  } finally {
    await file.close()
  }
}
