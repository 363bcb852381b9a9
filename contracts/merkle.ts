import type { Sha256 } from '#protocol/canonical.ts'
import { canonicalJson, utf8 } from '#protocol/canonical.ts'
import type { JobDeliver } from '#protocol/delivery.ts'
import type { Manifest, SegmentRecord } from '#protocol/manifest.ts'
import { trackSpan } from '#protocol/range.ts'

/** One segment file of a delivery: what a challenge draws and a check compares. */
export type Leaf = {
  readonly rendition: string
  /** Of the segment, counted in the whole video: a range's leaves are leaves of the whole. */
  readonly index: number
  readonly cid: string
  readonly bytes: number
}

/** One rendition of a tree, or its sound. */
export type Track = { readonly name: string; readonly segments: readonly SegmentRecord[] }

/** The tracks of a tree in their one order: renditions as in the manifest, then sound. */
export function tracksOf({ renditions, audio }: Manifest): readonly Track[] {
  const video = renditions.map(({ name, segments }) => ({ name, segments }))
  return audio ? [...video, { name: 'audio', segments: audio.segments }] : video
}

/** Leaves in their one order: track by track, segments by index. */
export function leavesOf(manifest: Manifest): readonly Leaf[] {
  return tracksOf(manifest).flatMap(({ name, segments }) => {
    const { first } = trackSpan(manifest.grid, name)
    return segments.map(({ cid, bytes }, place) => ({
      ...{ rendition: name, index: first + place, cid, bytes },
    }))
  })
}

/** What a delivery says of its tracks on the chain. */
export function summariesOf(manifest: Manifest): JobDeliver['renditions'] {
  return tracksOf(manifest).map(({ name, segments }) => ({
    name,
    segments: segments.length,
    bytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
  }))
}

/**
 * Root of the binary tree over the leaves, as RFC 6962 §2.1 hashes it: leaves and inner nodes have different prefixes,
 * and a list splits at the largest power of two below its length. Throws a RangeError without leaves.
 */
export function merkleRoot(leaves: readonly Leaf[], sha256: Sha256): Uint8Array {
  if (leaves.length === 0) throw new RangeError('a tree has leaves')
  return rootOf(
    leaves.map((leaf) => sha256(prefixed(0, utf8(canonicalJson(leaf))))),
    sha256,
  )
}

function rootOf(hashes: readonly Uint8Array[], sha256: Sha256): Uint8Array {
  const [only] = hashes
  if (only && hashes.length === 1) return only
  const split = 2 ** Math.floor(Math.log2(hashes.length - 1))
  const left = rootOf(hashes.slice(0, split), sha256)
  const right = rootOf(hashes.slice(split), sha256)
  return sha256(prefixed(1, left, right))
}

function prefixed(prefix: number, ...pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(1 + pieces.reduce((sum, piece) => sum + piece.length, 0))
  bytes[0] = prefix
  let offset = 1
  for (const piece of pieces) {
    bytes.set(piece, offset)
    offset += piece.length
  }
  return bytes
}
