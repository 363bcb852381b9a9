import { TransactionId } from '#protocol/ids.ts'
import type { LedgerAction, LedgerBlock, LedgerOperation } from '#protocol/ledger-block.ts'
import type { BlockContext, ChainPoint, Network } from './block-context.ts'
import { chainPoint } from './block-context.ts'
import { beaconDelay } from './challenge.ts'
import { extendBeacon, isBeaconComplete } from './delivering.ts'
import type { Draft } from './draft.ts'
import { createDraft } from './draft.ts'
import type { EscrowFact } from './escrow.ts'
import type {
  EscrowAction,
  EscrowActionRefusal,
  EscrowResult,
  VirtualAction,
} from './fold-escrow.ts'
import { applyEscrowAction, lapseEscrows } from './fold-escrow.ts'
import type { MarketFact, MarketRefusal } from './fold-market.ts'
import { applyMarketOperation } from './fold-market.ts'
import type { Ledger } from './ledger.ts'
import { parametersAt } from './parameters.ts'
import { chainCheckpoint } from './snapshot.ts'

/** hived's transaction id of what a block as a whole causes. */
export const noTransaction = TransactionId.parse('0'.repeat(40))

/** What became of one operation: kept for ever, so that every refusal can be explained. */
export type OperationRecord = {
  readonly height: number
  readonly position: number
  readonly transaction: string
  readonly facts: readonly (MarketFact | EscrowFact)[]
  readonly refusal: MarketRefusal | EscrowActionRefusal | null
}

export type Folded = {
  readonly ledger: Ledger
  readonly records: readonly OperationRecord[]
}

/** A served block contradicts the blocks before it or hived's rules: the node that served it lies, omits, or is on a fork. */
export class InconsistentBlockError extends Error {
  override readonly name = 'InconsistentBlockError'
}

/**
 * Folds consecutive irreversible blocks into a ledger. Pure: equal ledgers and blocks give equal results.
 * Throws an InconsistentBlockError, leaving the given ledger as it was, if a block does not follow its predecessor
 * or lacks a virtual operation that hived must have made.
 */
export function foldBlocks(
  start: Ledger,
  blocks: readonly LedgerBlock[],
  network: Network,
): Folded {
  const draft = createDraft(start)
  const records = blocks.flatMap((block) => foldBlock(draft, block, network))
  return { ledger: draft.ledger(), records }
}

function foldBlock(draft: Draft, block: LedgerBlock, network: Network): readonly OperationRecord[] {
  assertFollows(draft.ledger(), block)
  const context: BlockContext = { height: block.height, id: block.id, time: block.time }
  growBeacons(draft, context)
  const records = block.operations.flatMap((operation) =>
    applyOperation(draft, operation, context, network),
  )
  records.push(...lapseRecords(draft, context, block.operations.length))
  assertServed(records, block)
  draft.replace({ head: context })
  if (block.height % parametersAt(block.height).checkpointBlocks === 0) {
    keepCheckpoint(draft, context, network)
  }
  return records
}

function keepCheckpoint(draft: Draft, block: BlockContext, { sha256 }: Network): void {
  const before = draft.ledger()
  const { checkpointsKept } = parametersAt(block.height)
  const pastCheckpoints = [...before.pastCheckpoints, before.checkpoint].slice(1 - checkpointsKept)
  draft.replace({ checkpoint: chainCheckpoint(before, block, sha256), pastCheckpoints })
}

export function applyOperation(
  draft: Draft,
  { action, position, transaction }: LedgerOperation,
  block: BlockContext,
  network: Network,
): readonly OperationRecord[] {
  if (isVirtual(action)) return []
  const at = chainPoint({ ...block, transaction })
  const result =
    action.type === 'custom-json'
      ? applyMarketOperation(draft, action, at, block, network)
      : mirrorEscrow(draft, action, at, network)
  const { height } = block
  if (result.ok) return [{ height, position, transaction, facts: result.facts, refusal: null }]
  return [{ height, position, transaction, facts: [], refusal: result.refusal }]
}

/** What the end of the block itself brings about, recorded behind its operations. */
function lapseRecords(
  draft: Draft,
  block: BlockContext,
  position: number,
): readonly OperationRecord[] {
  const transaction = noTransaction
  const facts = lapseEscrows(draft, { ...block, transaction })
  return facts.length > 0
    ? [{ height: block.height, position, transaction, facts, refusal: null }]
    : []
}

/** hived applied the operation, so a mirror that cannot was shown other blocks than hived. */
function mirrorEscrow(
  draft: Draft,
  action: EscrowAction,
  at: ChainPoint,
  network: Network,
): EscrowResult {
  const result = applyEscrowAction(draft, action, at, network)
  if (result.ok || result.refusal === 'not-ours') return result
  throw new InconsistentBlockError(
    `block ${at.height} has an ${action.type} that hived refuses: ${result.refusal}`,
  )
}

function isVirtual(action: LedgerAction): action is VirtualAction {
  return action.type === 'escrow-approved' || action.type === 'escrow-rejected'
}

/**
 * Every virtual operation that follows from the block must have been served with it. More of them than follow are no sign
 * of anything: other escrows than the market's have them too.
 */
function assertServed(records: readonly OperationRecord[], block: LedgerBlock): void {
  const served = block.operations.map(({ action }) => action).filter(isVirtual)
  for (const fact of records.flatMap(({ facts }) => facts)) {
    if (fact.type !== 'escrow-approved' && fact.type !== 'escrow-rejected') continue
    const index = served.findIndex(
      ({ type, from, escrow }) =>
        type === fact.type && from === fact.from && escrow === fact.escrow,
    )
    if (index < 0) {
      throw new InconsistentBlockError(
        `block ${block.height} was served without its ${fact.type} of @${fact.from}`,
      )
    }
    served.splice(index, 1)
  }
}

function assertFollows({ head }: Ledger, block: LedgerBlock): void {
  if (!head) return
  if (block.height !== head.height + 1) {
    throw new InconsistentBlockError(`block ${block.height} came after block ${head.height}`)
  }
  if (block.previous !== head.id) {
    throw new InconsistentBlockError(
      `block ${block.height} does not follow block ${head.height} as it was seen`,
    )
  }
}

function growBeacons(draft: Draft, block: BlockContext): void {
  const { awaitingBeacon } = draft.ledger()
  if (awaitingBeacon.size === 0) return
  const waiting = new Set(awaitingBeacon)
  for (const id of awaitingBeacon) {
    const job = draft.get('jobs', id)
    if ((job?.phase !== 'delivered' && job?.phase !== 'settled') || !job.delivered) continue
    if (block.height < job.delivered.at.height + beaconDelay) continue
    const grown = extendBeacon(job, block.id)
    draft.set('jobs', id, grown)
    if (grown.delivered && isBeaconComplete(grown.delivered)) waiting.delete(id)
  }
  if (waiting.size < awaitingBeacon.size) draft.replace({ awaitingBeacon: waiting })
}
