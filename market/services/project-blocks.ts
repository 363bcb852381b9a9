import type { Network } from '#contracts/block-context.ts'
import { deedsOf } from '#contracts/deeds.ts'
import { linksOf } from '#contracts/explain-standing.ts'
import type { OperationRecord } from '#contracts/fold.ts'
import { foldBlocks } from '#contracts/fold.ts'
import type { Job } from '#contracts/job.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { Table } from '#contracts/table.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import type {
  Projected,
  ProjectedDeed,
  ProjectedEvent,
  ProjectedOperation,
  ProjectedPrices,
  ProjectedReceipt,
  Projection,
} from '../ports/projection-store.ts'
import type { Scores } from './keep-scores.ts'
import { createScoreKeeper, lastScores } from './keep-scores.ts'
import { projectOperations } from './project-operations.ts'
import { projectStandings } from './project-standings.ts'

/**
 * Folds a range of blocks as {@link foldBlocks} does, and says what it changes in the tables of whoever shows the chain. Pure; cutting
 * the same blocks into other ranges changes the same rows to the same values.
 */
export function projectBlocks(
  start: Ledger,
  blocks: readonly LedgerBlock[],
  network: Network,
): Projected {
  let ledger = start
  const records: OperationRecord[] = []
  const operations: ProjectedOperation[] = []
  const events: ProjectedEvent[] = []
  const prices: ProjectedPrices[] = []
  const receipts: ProjectedReceipt[] = []
  const scores = createScoreKeeper()
  for (const block of blocks) {
    const folded = foldBlocks(ledger, [block], network)
    if (folded.records.length > 0) {
      const step = { before: ledger, after: folded.ledger, block, records: folded.records }
      const projected = projectOperations(step, network)
      records.push(...folded.records)
      operations.push(...projected.operations)
      events.push(...projected.events)
      prices.push(...projected.prices)
      receipts.push(...projected.receipts)
    }
    scores.note(ledger, folded.ledger)
    ledger = folded.ledger
  }
  const told = { operations, events, prices, receipts, points: scores.points() }
  const rows = { ...told, ...projectRows(start, ledger, scores.scores()) }
  return { ledger, records, projection: rows }
}

/** What {@link projectBlocks} would say of ranges that follow each other from a ledger on, had they been one. */
export function joinProjected(start: Ledger, ranges: readonly Projected[]): Projected {
  const ledger = ranges.at(-1)?.ledger ?? start
  const projections = ranges.map(({ projection }) => projection)
  const rows = {
    operations: projections.flatMap(({ operations }) => operations),
    events: projections.flatMap(({ events }) => events),
    prices: projections.flatMap(({ prices }) => prices),
    receipts: projections.flatMap(({ receipts }) => receipts),
    points: projections.flatMap(({ points }) => points),
    ...projectRows(start, ledger, lastScores(projections)),
  }
  return { ledger, records: ranges.flatMap(({ records }) => records), projection: rows }
}

/** The rows that are of what is, and not of what happened. */
function projectRows(
  start: Ledger,
  end: Ledger,
  scores: Scores,
): Omit<Projection, 'operations' | 'events' | 'prices' | 'receipts' | 'points'> {
  const jobs = changed(start.jobs, end.jobs)
  const escrows = changed(start.escrows, end.escrows)
  return {
    jobs: jobs.kept,
    deeds: jobs.kept.flatMap(projectDeeds),
    nodes: changed(start.nodes, end.nodes).kept,
    escrows: escrows.kept,
    closedEscrows: escrows.gone,
    ...projectStandings(start, end, scores),
  }
}

function projectDeeds(job: Job): readonly ProjectedDeed[] {
  return deedsOf(job).map((deed, place) => ({ ...deed, place, links: linksOf(job, deed) }))
}

function changed<Key extends string, Value>(
  before: ReadonlyMap<Key, Value>,
  after: ReadonlyMap<Key, Value>,
): { readonly kept: readonly Value[]; readonly gone: readonly Key[] } {
  const kept: Value[] = []
  const gone: Key[] = []
  for (const key of Table.from(after).changedSince(Table.from(before))) {
    const value = after.get(key)
    if (value === undefined) gone.push(key)
    else kept.push(value)
  }
  return { kept, gone }
}
