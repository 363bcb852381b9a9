import type { OutboxStore } from '#market/adapters/sqlite/outbox-store.ts'
import { MarketError } from '#market/errors.ts'
import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { Outbox, OutboxEntry } from '#market/ports/outbox.ts'
import { parseChainTime } from '#protocol/ids.ts'
import type { Keys } from './keys.ts'
import { requireKey } from './keys.ts'
import { buildTransaction, signTransaction, transactionId } from './transactions.ts'

export type OutboxOptions = {
  readonly chainId: string
  /** Seconds a transaction may wait for a block, counted from the last irreversible one. */
  readonly ttlSeconds: number
}

/** Signs what the node means to do and stores it before anybody sees it. `onSubmitted` is called once the surrounding step is stored. */
export function createOutbox(
  {
    store,
    keys,
    ledger,
    onSubmitted,
  }: {
    readonly store: OutboxStore
    readonly keys: Keys
    readonly ledger: LedgerView
    readonly onSubmitted: () => void
  },
  { chainId, ttlSeconds }: OutboxOptions,
): Outbox {
  return {
    find: (key) => store.find(key),
    submit: ({ key, operations, roles }): OutboxEntry => {
      const known = store.find(key)
      if (known) return known
      const { head } = ledger.current()
      if (!head)
        throw new MarketError('chain-unavailable', 'No block of the chain has been seen yet.')
      const unsigned = buildTransaction(head, operations, ttlSeconds)
      const transaction = signTransaction(
        unsigned,
        roles.map((role) => requireKey(keys, role)),
        chainId,
      )
      const entry: OutboxEntry = {
        key,
        transaction,
        id: transactionId(unsigned),
        expires: parseChainTime(unsigned.expiration),
        phase: 'signed',
        block: null,
        complaint: null,
      }
      store.insert(entry)
      setImmediate(onSubmitted)
      return entry
    },
  }
}
