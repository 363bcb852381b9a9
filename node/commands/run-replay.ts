import type { OperationRecord } from '#contracts/fold.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { hashLedger } from '#contracts/snapshot.ts'
import { replay } from '../chain/replay.ts'
import { openDataDirectory } from '../data-directory.ts'
import { createLifetime, interrupted } from '../lifetime.ts'
import { createLogger } from '../logger.ts'
import { sha256 } from '../sha256.ts'
import { chainOf } from './chain-option.ts'
import { explain } from './explain.ts'
import type { ReplayFlags } from './replay.ts'
import type { ReplayReport } from './replay-view.ts'
import { createReplayView } from './replay-view.ts'

const exitCodes = { done: 0, error: 1, interrupted } as const

/** Folds the chain, prints what came of it, and ends the process. */
export async function runReplay(flags: ReplayFlags): Promise<void> {
  const lifetime = createLifetime()
  const view = createReplayView(process.stdout, { asJson: flags.json === true })
  const { network, rpc } = chainOf(flags.chain ?? [])
  const from = flags.from ?? network.genesisHeight
  const counts = { operations: 0, refused: 0 }
  const began = performance.now()
  let first: number | null = null
  const onBlocks = (
    { head }: Ledger,
    behind: number,
    records: readonly OperationRecord[],
  ): void => {
    const height = head?.height ?? from
    const last = flags.to ?? height + behind
    first ??= height
    counts.operations += records.length
    counts.refused += records.filter(({ refusal }) => refusal !== null).length
    const seconds = (performance.now() - began) / 1_000
    view.progress({ height, last, from, perSecond: Math.round((height - first) / seconds) })
  }
  try {
    using directory = flags.data === undefined ? null : openDataDirectory(flags.data)
    const ledger = await replay(
      { logger: createLogger({ level: 'warn', name: 'replay' }), now: Date.now, onBlocks },
      {
        network,
        rpc,
        from,
        to: flags.to ?? null,
        directory: directory?.path ?? null,
        signal: lifetime.signal,
      },
    )
    view.finish(reportOf(ledger, { chain: network.name, from, ...counts }))
    lifetime.end(exitCodes.done)
  } catch (error) {
    const { aborted } = lifetime.signal
    view.fail(explain(aborted ? lifetime.signal.reason : error))
    lifetime.end(aborted ? exitCodes.interrupted : exitCodes.error)
  }
}

function reportOf(
  ledger: Ledger,
  made: Pick<ReplayReport, 'chain' | 'from' | 'operations' | 'refused'>,
): ReplayReport {
  const { head, checkpoint, jobs, nodes, escrows, claims } = ledger
  const differing = [...claims].filter(([, { agrees }]) => !agrees)
  return {
    chain: made.chain,
    from: made.from,
    height: head?.height ?? 0,
    block: head?.id ?? null,
    state: hashLedger(ledger, sha256),
    checkpoint: { height: checkpoint.height, hash: checkpoint.hash },
    jobs: jobs.size,
    nodes: nodes.size,
    escrows: escrows.size,
    operations: made.operations,
    refused: made.refused,
    claims: {
      agreeing: claims.size - differing.length,
      differing: differing.map(([account]) => account),
    },
  }
}
