import type { HiveAccount, JobId } from '#protocol/ids.ts'
import { BlockHeight, BlockId, Sha256Hex } from '#protocol/ids.ts'
import type { LedgerBlock, LedgerOperation } from '#protocol/ledger-block.ts'
import type { BlockContext, Network } from './block-context.ts'
import type { Draft } from './draft.ts'
import { createDraft } from './draft.ts'
import { applyOperation, InconsistentBlockError, noTransaction } from './fold.ts'
import { lapseEscrows } from './fold-escrow.ts'
import type { Delivery } from './job.ts'
import type { Ledger } from './ledger.ts'
import { emptyLedger, escrowKey } from './ledger.ts'

/**
 * As much of a chain as the standings of a few accounts follow from: of each block the operations that changed one of their jobs, and
 * empty ones where the end of a block did. A score is worked out from these alone, by whoever has them and wherever they are from.
 */
export type History = {
  /** Rising; the last one is that whose score is asked for. */
  readonly blocks: readonly HistoryBlock[]
  /** What was drawn from blocks that are not among these, by job. */
  readonly samples: ReadonlyMap<JobId, Sample>
}

export type HistoryBlock = Pick<LedgerBlock, 'height' | 'time'> & {
  readonly operations: readonly LedgerOperation[]
}

export type Sample = Pick<Delivery, 'beacon' | 'challengeLeaves'>

/** Nothing of the contracts depends on the id of a block but challenges, which are told apart, and checkpoints, which are left out. */
const unknownBlock = BlockId.parse('0'.repeat(40))

/**
 * Folds a history with the contracts that fold the chain. Throws an InconsistentBlockError where it does not fit together: each of its
 * operations changed something on the chain, so one that changes nothing here shows that another is missing.
 */
export function foldHistory({ blocks, samples }: History, network: Network): Ledger {
  const draft = createDraft(emptyLedger(Sha256Hex.parse('0'.repeat(64)), BlockHeight.parse(0)))
  for (const { height, time, operations } of blocks) {
    const context = { height, time, id: unknownBlock }
    for (const operation of operations) applyKnown(draft, operation, context, network)
    lapseEscrows(draft, { ...context, transaction: noTransaction })
    drawSamples(draft, samples)
    draft.replace({ head: context })
  }
  return draft.ledger()
}

function applyKnown(
  draft: Draft,
  operation: LedgerOperation,
  context: BlockContext,
  network: Network,
): void {
  freeNumber(draft, operation, context)
  for (const { refusal, transaction } of applyOperation(draft, operation, context, network)) {
    if (refusal === null) continue
    throw new InconsistentBlockError(
      `block ${context.height} has transaction ${transaction}, which changes nothing after what is known before it: ${refusal}`,
    )
  }
}

/** Whoever opens an escrow shows that the one before it of the same number came to nothing, in a block that is not among these. */
function freeNumber(draft: Draft, { action }: LedgerOperation, { time }: BlockContext): void {
  if (action.type !== 'escrow-transfer') return
  const key = escrowKey(action.from, action.escrow)
  const escrow = draft.get('escrows', key)
  if (escrow?.phase !== 'pending' || escrow.terms.ratificationDeadline > time) return
  draft.remove('escrows', key)
  draft.remove('ratifying', key)
}

function drawSamples(draft: Draft, samples: History['samples']): void {
  const { awaitingBeacon } = draft.ledger()
  if (awaitingBeacon.size === 0) return
  for (const id of awaitingBeacon) {
    const job = draft.get('jobs', id)
    const sample = samples.get(id)
    if ((job?.phase !== 'delivered' && job?.phase !== 'settled') || !job.delivered || !sample)
      continue
    const { beacon, challengeLeaves } = sample
    draft.set('jobs', id, { ...job, delivered: { ...job.delivered, beacon, challengeLeaves } })
  }
  draft.replace({ awaitingBeacon: new Set() })
}

/** Whose dealings in which role an account's scores depend on, besides its own in all roles. */
export type CustomToKnow = {
  readonly creator: readonly HiveAccount[]
  readonly encoder: readonly HiveAccount[]
}

/** Tells from an account's own history of whom more has to be known: what its counterparts did elsewhere says how much each is heard. */
export function customToKnow({ standings }: Ledger, account: HiveAccount): CustomToKnow {
  const own = standings.get(account)
  const those = (sums: ReadonlyMap<HiveAccount, bigint> | undefined) => [...(sums?.keys() ?? [])]
  const creators = [...those(own?.encoder?.good), ...those(own?.arbiter?.good)]
  return { creator: [...new Set(creators)].sort(), encoder: those(own?.creator?.good).sort() }
}

/** Joins histories, of which parts may be the same: each operation stands in it once. */
export function joinHistories(parts: readonly History[]): History {
  const blocks = new Map<
    number,
    { time: HistoryBlock['time']; byPlace: Map<number, LedgerOperation> }
  >()
  for (const { height, time, operations } of parts.flatMap((part) => part.blocks)) {
    const block = blocks.get(height) ?? { time, byPlace: new Map() }
    blocks.set(height, block)
    for (const operation of operations) block.byPlace.set(operation.position, operation)
  }
  const inOrder = [...blocks].sort(([left], [right]) => left - right)
  return {
    blocks: inOrder.map(([height, { time, byPlace }]) => ({
      height: BlockHeight.parse(height),
      time,
      operations: [...byPlace.values()].sort((left, right) => left.position - right.position),
    })),
    samples: new Map(parts.flatMap(({ samples }) => [...samples])),
  }
}
