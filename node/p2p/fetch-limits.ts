import type { FetchOptions } from '#market/ports/content-store.ts'

/** What directories, lists of chunks and other structure may add to the bytes that were promised. */
const structureBytes = 4 * 1024 * 1024

/** Blocks of structure, playlists and short segments that any tree may have. */
export const smallBlocks = 65_536

/** The rest of a tree is chunks and segments, of which the smallest (sound) have about this size. */
const usualBlockBytes = 64 * 1024

/** The most bytes that a fetch takes. */
export function bytesOf({ expectedBytes, extraBytes = 0 }: FetchOptions): number {
  return expectedBytes + extraBytes + Math.ceil(expectedBytes / 50) + structureBytes
}

/** The most blocks that a fetch comes to, where `small` ones may come on top: each is remembered while it lasts. */
export function blocksOf({ expectedBytes }: FetchOptions, small: number): number {
  return small + Math.ceil(expectedBytes / usualBlockBytes)
}
