import type { BlockHeight, ChainTime, HiveAccount, JobId, Sha256Hex } from '#protocol/ids.ts'
import type { BlockContext } from './block-context.ts'
import type { Checkpoint, CheckpointClaim } from './checkpoints.ts'
import type { Escrow } from './escrow.ts'
import type { Job } from './job.ts'
import type { NodeRecord } from './registry.ts'
import type { Standing } from './standing.ts'
import { Table } from './table.ts'

/** `payer/id`: hived's key of a live escrow. */
export type EscrowKey = `${HiveAccount}/${number}`

/** Everything that follows from the blocks folded so far, and nothing else. */
export type Ledger = {
  /** The last block folded; null before the first. */
  readonly head: BlockContext | null
  readonly nodes: ReadonlyMap<HiveAccount, NodeRecord>
  readonly jobs: ReadonlyMap<JobId, Job>
  /** Live ones only: a closed escrow frees its number, and what it did stands in its job. */
  readonly escrows: ReadonlyMap<EscrowKey, Escrow>
  readonly standings: ReadonlyMap<HiveAccount, Standing>
  /** What accounts published last of the state they reached. */
  readonly claims: ReadonlyMap<HiveAccount, CheckpointClaim>
  /** Pending escrows and the time at which each lapses. */
  readonly ratifying: ReadonlyMap<EscrowKey, ChainTime>
  /** Jobs whose delivery still lacks blocks for its challenge. */
  readonly awaitingBeacon: ReadonlySet<JobId>
  readonly checkpoint: Checkpoint
  /** Those before it that published ones may still be held against, oldest first. */
  readonly pastCheckpoints: readonly Checkpoint[]
}

export function escrowKey(from: HiveAccount, id: number): EscrowKey {
  return `${from}/${id}`
}

/** The ledger before any block, with the network's name in its first hash. */
export function emptyLedger(genesisHash: Sha256Hex, genesisHeight: BlockHeight): Ledger {
  return {
    head: null,
    nodes: Table.from(new Map()),
    jobs: Table.from(new Map()),
    escrows: Table.from(new Map()),
    standings: Table.from(new Map()),
    claims: Table.from(new Map()),
    ratifying: Table.from(new Map()),
    awaitingBeacon: new Set(),
    checkpoint: { height: genesisHeight, block: null, hash: genesisHash },
    pastCheckpoints: [],
  }
}
