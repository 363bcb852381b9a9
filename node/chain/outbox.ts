import type { OutboxStore } from '#market/adapters/sqlite/outbox-store.ts'
import { MarketError } from '#market/errors.ts'
import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { Outbox, OutboxEntry, OutboxRequest } from '#market/ports/outbox.ts'
import { parseChainTime } from '#protocol/ids.ts'
import { authorsOf } from './authors.ts'
import { buildTransaction, transactionId } from './transactions.ts'

export type OutboxOptions = {
  /** Seconds a transaction may wait for its signatures and a block, counted from the last irreversible one. */
  readonly ttlSeconds: number
}

/**
 * Stores what the node means to do before anybody signs or sees it: its id does not depend on the signatures.
 * `onSubmitted` is called once the surrounding step is stored.
 */
export function createOutbox(
  {
    store,
    ledger,
    onSubmitted,
  }: {
    readonly store: OutboxStore
    readonly ledger: LedgerView
    readonly onSubmitted: () => void
  },
  { ttlSeconds }: OutboxOptions,
): Outbox {
  return {
    find: (key) => store.find(key),
    submit: (request): OutboxEntry => {
      const { key, operations } = request
      const known = store.find(key)
      if (known) return known
      requireMeant(request)
      const { head } = ledger.current()
      if (!head)
        throw new MarketError('chain-unavailable', 'No block of the chain has been seen yet.')
      const transaction = buildTransaction(head, operations, ttlSeconds)
      const entry: OutboxEntry = {
        key,
        transaction: { ...transaction, signatures: [] },
        id: transactionId(transaction),
        expires: parseChainTime(transaction.expiration),
        phase: 'unsigned',
        block: null,
        complaint: null,
      }
      store.insert(entry)
      setImmediate(onSubmitted)
      return entry
    },
  }
}

/** What operations demand is compared with what their service meant, so that no slip signs with more than was meant. */
function requireMeant({ account, roles, operations }: OutboxRequest): void {
  const meant = roles.map((role) => `${account} ${role}`)
  for (const author of authorsOf(operations)) {
    const demanded = `${author.account} ${author.role}`
    if (!meant.includes(demanded)) throw new Error(`nobody meant to sign as ${demanded}`)
  }
}
