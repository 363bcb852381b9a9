import type { Sha256 } from '#protocol/canonical.ts'
import { canonicalHash, canonicalJson } from '#protocol/canonical.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import { fromTagged, toTagged } from '#protocol/tagged-json.ts'
import type { BlockContext } from './block-context.ts'
import type { Checkpoint, Ledger } from './ledger.ts'

/** Shape of the encoded state. A snapshot of another version is not read: the state is folded again instead. */
export const snapshotVersion = 3

/** A ledger as canonical JSON: equal ledgers give equal texts, whatever order things happened in. */
export function encodeLedger(ledger: Ledger): string {
  return canonicalJson(toTagged(ledger))
}

/**
 * The inverse of {@link encodeLedger}. Only for texts whose hash was checked: the shape is not validated,
 * because equal bytes were written by this same code.
 */
export function decodeLedger(text: string): Ledger {
  return fromTagged(JSON.parse(text)) as Ledger
}

/** The hash of a ledger's state, in hex. */
export function hashLedger(ledger: Ledger, sha256: Sha256): Sha256Hex {
  return Sha256Hex.parse(canonicalHash(toTagged(ledger), sha256))
}

/** The next checkpoint: binds the state, the block it follows from, and every checkpoint before. */
export function chainCheckpoint(ledger: Ledger, block: BlockContext, sha256: Sha256): Checkpoint {
  const state = hashLedger(ledger, sha256)
  const link = { previous: ledger.checkpoint.hash, block: block.id, height: block.height, state }
  return {
    height: block.height,
    block: block.id,
    hash: Sha256Hex.parse(canonicalHash(link, sha256)),
  }
}
