import { parametersAt } from '#contracts/parameters.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { customJson } from '../domain/hive-operations.ts'
import type { LedgerView } from '../ports/ledger-view.ts'
import type { Outbox } from '../ports/outbox.ts'
import { ensureSubmitted } from './submit.ts'

export type CheckpointPublisherDeps = {
  readonly account: HiveAccount
  readonly operationId: string
  readonly outbox: Outbox
  readonly ledger: LedgerView
}

/**
 * Publishes now and then the state hash that this node has reached, for the others to hold theirs against: every so many checkpoints,
 * so that all publish the same ones. One that fell into an absence is made up for. Call it after each block.
 */
export function createCheckpointPublisher(
  { account, operationId, outbox, ledger }: CheckpointPublisherDeps,
  { everyCheckpoints }: { readonly everyCheckpoints: number },
): () => void {
  return () => {
    if (!ledger.isSynced()) return
    const { checkpoint, pastCheckpoints, claims, nodes } = ledger.current()
    if (nodes.get(account)?.phase !== 'active') return
    const due = [...pastCheckpoints, checkpoint].findLast(
      ({ height, block }) =>
        block !== null && height % (everyCheckpoints * parametersAt(height).checkpointBlocks) === 0,
    )
    if (!due?.block || due.height <= (claims.get(account)?.height ?? 0)) return
    const { height, block, hash } = due
    ensureSubmitted(outbox, {
      key: `checkpoint ${height}`,
      account,
      roles: ['posting'],
      operations: () => [
        customJson(operationId, account, { v: 1, t: 'checkpoint', height, block, hash }),
      ],
    })
  }
}
