import { foldBlocks } from '#contracts/fold.ts'
import type { Ledger } from '#contracts/ledger.ts'
import type { OutboxEntry } from '#market/ports/outbox.ts'
import { ChainTime } from '#protocol/ids.ts'
import type { LedgerAction, LedgerBlock } from '#protocol/ledger-block.ts'
import { blockId, height } from '../builders.ts'
import { genesis, startTime, testNetwork } from '../test-chain.ts'
import { actionOf } from './actions.ts'
import type { Random } from './random.ts'
import { Vault } from './vault.ts'

export type SimulatedChain = {
  readonly vault: Vault
  readonly blocks: readonly LedgerBlock[]
  readonly now: () => ChainTime
  /** What the contracts make of the blocks up to a height: folded once, for all who have come as far. */
  readonly ledgerAt: (height: number) => Ledger
  /** Puts a transaction into the pool; the same one twice is one. */
  readonly send: (entry: OutboxEntry, onRefused: (complaint: string) => void) => void
  readonly includes: (id: OutboxEntry['id']) => boolean
  /** Makes a block, so many seconds after the last, of some of what waits. */
  readonly produce: (random: Random, seconds: number, delayPercent: number) => LedgerBlock
}

type Waiting = { readonly entry: OutboxEntry; readonly onRefused: (complaint: string) => void }

/** A chain that applies the market's operations by hived's rules, one transaction whole or not at all, and takes each once. */
export function createSimulatedChain(): SimulatedChain {
  const vault = new Vault()
  const blocks: LedgerBlock[] = []
  const ledgers: Ledger[] = [genesis()]
  const pool = new Map<string, Waiting>()
  const included = new Set<string>()
  let now = startTime

  const include = ({ entry, onRefused }: Waiting): readonly LedgerAction[] => {
    try {
      return vault.attempt(() => {
        const actions = entry.transaction.operations.map(actionOf)
        const virtual = actions.flatMap((action) =>
          action.type === 'custom-json' ||
          action.type === 'escrow-approved' ||
          action.type === 'escrow-rejected'
            ? []
            : vault.apply(action, ChainTime.parse(now), entry.id),
        )
        included.add(entry.id)
        return [...actions, ...virtual]
      })
    } catch (error) {
      onRefused(error instanceof Error ? error.message : String(error))
      return []
    }
  }

  return {
    vault,
    blocks,
    now: () => ChainTime.parse(now),
    ledgerAt: (height) => {
      const ledger = ledgers[height]
      if (!ledger) throw new Error(`no block ${height} yet`)
      return ledger
    },
    send: (entry, onRefused) => {
      if (!included.has(entry.id)) pool.set(entry.id, { entry, onRefused })
    },
    includes: (id) => included.has(id),
    produce: (random, seconds, delayPercent) => {
      now += seconds
      const number = blocks.length + 1
      const applied: { readonly transaction: OutboxEntry['id']; readonly action: LedgerAction }[] =
        []
      for (const waiting of random.shuffle([...pool.values()])) {
        const { id: transaction, expires } = waiting.entry
        if (expires > now && random.percent(delayPercent)) continue
        pool.delete(transaction)
        if (expires <= now) continue
        for (const action of include(waiting)) applied.push({ transaction, action })
      }
      const none = '0'.repeat(40) as OutboxEntry['id']
      for (const action of vault.lapse(ChainTime.parse(now)))
        applied.push({ transaction: none, action })
      const block: LedgerBlock = {
        height: height(number),
        id: blockId(number),
        previous: blocks.at(-1)?.id ?? blockId(0),
        time: ChainTime.parse(now),
        operations: applied.map((operation, position) => ({ ...operation, position })),
      }
      blocks.push(block)
      ledgers.push(foldBlocks(ledgers[number - 1] ?? genesis(), [block], testNetwork).ledger)
      return block
    },
  }
}
