import { sha256 } from '@noble/hashes/sha2.js'
import { explainStanding } from '#contracts/explain-standing.ts'
import type { History } from '#contracts/fold-history.ts'
import { customToKnow, foldHistory, joinHistories } from '#contracts/fold-history.ts'
import { scoreOf } from '#contracts/reputation.ts'
import type { historyRoute } from '#protocol/api/history.ts'
import { mostAccounts } from '#protocol/api/history.ts'
import type { ReplyOf } from '#protocol/client.ts'
import type { BlockHeight, ChainTime, HiveAccount } from '#protocol/ids.ts'
import type { Role, Score } from './standing-words.ts'
import { roles } from './standing-words.ts'

export type HistoryPage = ReplyOf<typeof historyRoute>
export type HistoryAsk = {
  readonly accounts: readonly HiveAccount[]
  readonly role: Role
  readonly until: number
  readonly cursor?: string
}

export type Recomputing = {
  readonly account: HiveAccount
  /** The block as of which the scores are asked for. */
  readonly at: { readonly height: BlockHeight; readonly time: ChainTime }
  readonly ask: (question: HistoryAsk) => Promise<HistoryPage>
  /** Told how many operations are here, again and again. */
  readonly onProgress: (operations: number) => void
}

export type Recomputed = {
  readonly scores: ReadonlyMap<Role, Score>
  /** What each job added to the score of a role, in thousandths of a point, by `role job height`. */
  readonly added: ReadonlyMap<string, bigint>
  readonly operations: number
  readonly blocks: number
  /** Accounts besides this one whose jobs were read, for how much each of them is heard. */
  readonly others: number
}

/**
 * Works out an account's scores from the operations of the chain, by the contracts themselves: first from its own jobs, which tell whose
 * custom it had, then with what those had done by others. Rejects where the operations do not fit together.
 */
export async function recompute({
  account,
  at,
  ask,
  onProgress,
}: Recomputing): Promise<Recomputed> {
  const parts: History[] = []
  let operationId = ''
  let received = 0
  const read = async (accounts: readonly HiveAccount[], role: Role): Promise<void> => {
    for (let first = 0; first < accounts.length; first += mostAccounts) {
      let cursor: string | undefined
      do {
        const named = { accounts: accounts.slice(first, first + mostAccounts), role }
        const page = await ask({ ...named, until: at.height, ...(cursor && { cursor }) })
        operationId = page.operationId
        const part = historyIn(page)
        parts.push(part)
        received += operationsIn(part)
        onProgress(received)
        cursor = page.next ?? undefined
      } while (cursor !== undefined)
    }
  }
  const fold = (history: History) => foldHistory(history, { operationId, sha256 })
  for (const role of roles) await read([account], role)
  const { creator, encoder } = customToKnow(fold(joinHistories(parts)), account)
  await read(creator, 'creator')
  await read(encoder, 'encoder')
  const history = joinHistories([
    ...parts,
    { blocks: [{ ...at, operations: [] }], samples: new Map() },
  ])
  const ledger = fold(history)
  const explained = explainStanding(ledger, account, at.height)
  return {
    scores: new Map(roles.map((role) => [role, scoreOf(ledger, account, role, at.height)])),
    added: new Map(
      explained.flatMap(({ role, entries }) =>
        entries.map((entry) => [addedKey(role, entry.job, entry.at.height), entry.added]),
      ),
    ),
    operations: operationsIn(history),
    blocks: history.blocks.length,
    others: new Set([...creator, ...encoder]).size,
  }
}

export function addedKey(role: Role, job: string, height: number): string {
  return `${role} ${job} ${height}`
}

function historyIn({ blocks, deliveries }: HistoryPage): History {
  return { blocks, samples: new Map(deliveries.map(({ job, ...sample }) => [job, sample])) }
}

function operationsIn({ blocks }: History): number {
  return blocks.reduce((sum, { operations }) => sum + operations.length, 0)
}
