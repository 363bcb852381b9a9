import type { ChainTime, HiveAccount } from '#protocol/ids.ts'
import type { Presence } from '#protocol/presence.ts'
import type { LedgerView } from '../ports/ledger-view.ts'
import type { EnvelopeSigner, MarketNetwork } from '../ports/market-network.ts'

/** Seconds of chain time between two presences. */
const everySeconds = 30

export type PresenceDeps = {
  readonly account: HiveAccount
  readonly ledger: LedgerView
  readonly network: MarketNetwork
  readonly signer: EnvelopeSigner
  readonly freeSlots: () => number
}

/** Gossips that this node is alive, now and then, and at once when its free slots change. Call it after each block. */
export function createAnnouncePresence({
  account,
  ledger,
  network,
  signer,
  freeSlots,
}: PresenceDeps): () => void {
  let said: { readonly at: ChainTime; readonly slots: number } | null = null
  const publish = async (body: Presence): Promise<void> => {
    const [sealed] = await Promise.allSettled([signer.seal(body)])
    if (sealed.status === 'fulfilled') await network.publish('presence', sealed.value)
  }
  return () => {
    const { head } = ledger.current()
    if (!head || !ledger.isSynced()) return
    const slots = freeSlots()
    if (said?.slots === slots && head.time < said.at + everySeconds) return
    said = { at: head.time, slots }
    const body = { v: 1, type: 'presence', account, at: head.time, freeSlots: slots } as const
    void publish(body)
  }
}
