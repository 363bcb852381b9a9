import type { ChainTime, HiveAccount } from '#protocol/ids.ts'
import type { Presence } from '#protocol/presence.ts'

export interface PresenceBoard {
  hear(presence: Presence): void
  /** Jobs that an account would take besides those it has; null where nothing is known. */
  freeSlots(account: HiveAccount): number | null
  /** Since when it has said that it has no slot left, and nothing else; null where that is not so. */
  fullSince(account: HiveAccount): ChainTime | null
}

type Heard = { readonly said: Presence; readonly fullSince: ChainTime | null }

/** Seconds of chain time after which a presence says nothing any more: three missed ones. */
const lifetimeSeconds = 90

/** What accounts last said about themselves. */
export function createPresenceBoard(chainTime: () => number): PresenceBoard {
  const heard = new Map<HiveAccount, Heard>()
  const lately = (account: HiveAccount): Heard | null => {
    const last = heard.get(account)
    return last && last.said.at + lifetimeSeconds >= chainTime() ? last : null
  }
  return {
    hear: (said) => {
      const last = heard.get(said.account)
      // Two of one moment: slots have changed within a block, and gossip brings what was said last mostly last.
      if (last && last.said.at > said.at) return
      const fullSince = said.freeSlots === 0 ? (last?.fullSince ?? said.at) : null
      heard.set(said.account, { said, fullSince })
    },
    freeSlots: (account) => lately(account)?.said.freeSlots ?? null,
    fullSince: (account) => lately(account)?.fullSince ?? null,
  }
}
