import type { Cid, HiveAccount } from '#protocol/ids.ts'

/** `bytes` is the size of the file; `dagBytes` of all the blocks it is made of, which a directory has to state. */
export type AddedContent = { readonly cid: Cid; readonly bytes: number; readonly dagBytes: number }

/** One name in a directory and what it stands for. */
export type DirectoryEntry = { readonly name: string; readonly cid: Cid; readonly dagBytes: number }

export type TransferOptions = {
  readonly signal: AbortSignal
  /** Percent of the bytes known so far. */
  readonly onProgress?: (percent: number) => void
}

export type FetchOptions = TransferOptions & {
  /**
   * Bytes that the other side says are below the id: progress is told against them, and not much more is taken,
   * because the id itself says nothing about how much there is.
   */
  readonly expectedBytes: number
  /** Bytes that may come besides, of which the other side has said nothing. */
  readonly extraBytes?: number
  /** Of a file, only the blocks that this stretch of it is in. */
  readonly span?: FileSpan
}

/** A part of a file, in bytes: from `start` up to, not including, `end`. */
export type FileSpan = { readonly start: number; readonly end: number }

export type FetchReport = {
  readonly blocks: number
  readonly bytes: number
  /** Blocks that were here already. */
  readonly local: number
}

/** Bytes by their content ids: what is returned was verified against the id that asked for it. */
export interface ContentStore {
  /** Imports a file in a stream. */
  addFile(path: string, options: TransferOptions): Promise<AddedContent>
  addBytes(bytes: Uint8Array): Promise<AddedContent>
  /** Makes a directory of what is here already; moves no bytes. */
  addDirectory(entries: readonly DirectoryEntry[]): Promise<AddedContent>
  /** Sizes of something whose root block is here. Rejects with `content-unavailable` where it is not. */
  sizes(cid: Cid): Promise<AddedContent>
  /** True if everything below an id is here, every chunk of it, as it was put. */
  isWhole(cid: Cid): Promise<boolean>
  /** A whole file in memory. Rejects with `content-unavailable`, and with `content-corrupt` above `limitBytes`. */
  read(
    cid: Cid,
    options: { readonly limitBytes: number; readonly signal: AbortSignal },
  ): Promise<Uint8Array>
  /** Writes a file to a path that does not exist yet; it appears there whole or not at all. */
  exportFile(cid: Cid, path: string, options: TransferOptions): Promise<void>
  /**
   * Brings everything below an id here from the accounts' peers, verifying each block before it is kept.
   * Resumes where an earlier call ended, and brings anew what the disk has spoilt. Providers that each have a part are enough;
   * what they lack is looked for at peers that give to everybody.
   * Rejects with `content-unavailable` when together they do not have it, and with `content-corrupt` when the content
   * is not what was said: more than `expectedBytes`, or no file and no directory.
   */
  fetch(cid: Cid, providers: readonly HiveAccount[], options: FetchOptions): Promise<FetchReport>
  /** Keeps everything below an id for an owner (a job), what is here of it and what comes, until the owner lets go. Idempotent. */
  pin(cid: Cid, owner: string): void
  unpin(owner: string): void
}
