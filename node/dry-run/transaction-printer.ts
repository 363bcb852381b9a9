import type { OutboxStore } from '#market/adapters/sqlite/outbox-store.ts'
import type { Broadcaster } from '../chain/broadcaster.ts'
import { describeTransaction } from '../chain/describe-transaction.ts'

/** Stands where transactions are sent: prints each intention once, however often it comes again, and sends nothing. */
export function createTransactionPrinter(
  store: OutboxStore,
  print: (line: string) => void,
): Broadcaster {
  const printed = new Set<string>()
  return {
    flush: async () => {
      for (const entry of store.undecided()) {
        const [intention = entry.key] = entry.key.split('#')
        if (printed.has(intention)) continue
        printed.add(intention)
        for (const line of describeTransaction(entry)) print(line)
      }
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}
