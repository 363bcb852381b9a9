import type { LedgerCheckpoint } from '#protocol/checkpoint.ts'
import type { BlockHeight, BlockId, HiveAccount, Sha256Hex } from '#protocol/ids.ts'
import type { ChainPoint, OperationContext } from './block-context.ts'
import { chainPoint } from './block-context.ts'
import type { Ledger } from './ledger.ts'
import type { Outcome } from './outcome.ts'
import { accepted, refused } from './outcome.ts'
import type { NodeRecord } from './registry.ts'

/** A state hash that also binds every one before it. */
export type Checkpoint = {
  readonly height: BlockHeight
  readonly block: BlockId | null
  readonly hash: Sha256Hex
}

/** The last checkpoint that an account published, held against the ledger's own of that height. */
export type CheckpointClaim = {
  readonly height: BlockHeight
  readonly block: BlockId
  readonly hash: Sha256Hex
  readonly agrees: boolean
  readonly at: ChainPoint
}

export type CheckpointFact = {
  readonly type: 'checkpoint-agreed' | 'checkpoint-differs'
  readonly account: HiveAccount
  readonly height: BlockHeight
}

export type CheckpointRefusal = 'not-registered' | 'checkpoint-unknown' | 'checkpoint-repeated'

/** What a published checkpoint is held against. */
export type CheckpointEvidence = {
  readonly node: NodeRecord | undefined
  readonly claim: CheckpointClaim | undefined
  readonly known: readonly Checkpoint[]
}

/** (none) | claim -> claim of a greater height. Only accounts that run a node are heard, so that the table has an end. */
export function claimCheckpoint(
  { node, claim, known }: CheckpointEvidence,
  { height, block, hash }: LedgerCheckpoint,
  context: OperationContext,
): Outcome<CheckpointClaim, CheckpointFact, CheckpointRefusal> {
  if (node?.phase !== 'active') return refused('not-registered')
  if (claim && claim.height >= height) return refused('checkpoint-repeated')
  const own = known.find((checkpoint) => checkpoint.height === height)
  if (!own?.block) return refused('checkpoint-unknown')
  const agrees = own.hash === hash && own.block === block
  const type = agrees ? 'checkpoint-agreed' : 'checkpoint-differs'
  return accepted({ height, block, hash, agrees, at: chainPoint(context) }, [
    { type, account: context.signer, height },
  ])
}

/** Why a ledger is not to be trusted: others, or this account's own node before, came to another state from the same blocks. */
export type Divergence = {
  /** The first height of which another hash was published. */
  readonly height: BlockHeight
  readonly differing: readonly HiveAccount[]
  readonly agreeing: readonly HiveAccount[]
}

/**
 * What published checkpoints say against a ledger; null where nothing does, or less than speaks for it. An account weighs as
 * much as the jobs it had part in, which cost money; accounts without any, which cost next to nothing, are heard by their number
 * where nobody who is heard has done a job yet. So a very young market can be stopped by accounts alone, though it pays nothing
 * wrong meanwhile, and one in which jobs were done cannot. The account's own claim decides alone, because it is this very
 * node's. Claims older than the checkpoints that are kept are not heard.
 */
export function divergenceOf(ledger: Ledger, account: HiveAccount): Divergence | null {
  const oldest = ledger.pastCheckpoints[0]?.height ?? ledger.checkpoint.height
  const heard = [...ledger.claims].filter(([, { height }]) => height >= oldest)
  const differing = heard.filter(([, { agrees }]) => !agrees)
  const [first] = differing.map(([, { height }]) => height).sort((left, right) => left - right)
  if (first === undefined) return null
  const agreeing = heard.filter(([, { agrees }]) => agrees).map(([name]) => name)
  const divergence = { height: first, differing: differing.map(([name]) => name), agreeing }
  if (divergence.differing.includes(account)) return divergence
  const standing = [account, ...agreeing.filter((name) => name !== account)]
  return outweighs(ledger, divergence.differing, standing) ? divergence : null
}

function outweighs(
  ledger: Ledger,
  against: readonly HiveAccount[],
  standing: readonly HiveAccount[],
): boolean {
  const [left, right] = [deedsOf(ledger, against), deedsOf(ledger, standing)]
  return left + right > 0n ? left >= right : against.length >= standing.length
}

/** Jobs that accounts had part in, in whatever role. */
function deedsOf({ standings }: Ledger, accounts: readonly HiveAccount[]): bigint {
  const records = accounts.flatMap((account) => Object.values(standings.get(account) ?? {}))
  return records.reduce((sum, { deeds }) => sum + deeds, 0n)
}
