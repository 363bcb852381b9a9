import type { Network } from '#contracts/block-context.ts'
import type { Folded, OperationRecord } from '#contracts/fold.ts'
import type { Ledger } from '#contracts/ledger.ts'
import type { ChainTime, HiveAccount } from '#protocol/ids.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import type { BlockHistory, ScoreChange } from '../ports/market-history.ts'
import type { Projection } from '../ports/projection-store.ts'
import { projectBlocks } from './project-blocks.ts'

/** What blocks came to, with what they told that the ledger does not keep. */
export type Told = Folded & {
  /** Blocks that told nothing are left out, but for the market's first: where it is, nothing is missing. */
  readonly told: readonly BlockHistory[]
  readonly scores: readonly ScoreChange[]
}

/** Folds blocks as `foldBlocks` does, and says what each of them told. Pure; each block by itself, however they are cut. */
export function foldTelling(start: Ledger, blocks: readonly LedgerBlock[], network: Network): Told {
  let ledger = start
  const records: OperationRecord[] = []
  const told: BlockHistory[] = []
  const scores: ScoreChange[] = []
  for (const block of blocks) {
    const isFirst = ledger.head === null
    const { projection, ...folded } = projectBlocks(ledger, [block], network)
    ledger = folded.ledger
    records.push(...folded.records)
    const { events, prices, receipts, points } = projection
    const active = activeIn(projection)
    const isTelling = [events, prices, receipts, points, active].some(({ length }) => length > 0)
    if (isFirst || isTelling)
      told.push({ height: block.height, events, prices, receipts, points, active })
    scores.push(...scoresIn(projection))
  }
  return { ledger, records, told, scores }
}

function activeIn({ standings }: Projection): BlockHistory['active'] {
  const times = new Map<HiveAccount, ChainTime>()
  for (const { account, activeTime } of standings)
    if (activeTime !== null) times.set(account, activeTime)
  return [...times].map(([account, time]) => ({ account, time }))
}

function scoresIn({ standings, endedStandings }: Projection): readonly ScoreChange[] {
  return [
    ...standings.map(({ account, role, score }) => ({ account, role, score })),
    ...endedStandings.map(({ account, role }) => ({ account, role, score: null })),
  ]
}
