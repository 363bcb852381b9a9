import type { HiveAccount } from '#protocol/ids.ts'
import type { Presence } from '#protocol/presence.ts'

export interface PresenceBoard {
  hear(presence: Presence): void
  /** Jobs that an account would take besides those it has; null where nothing is known. */
  freeSlots(account: HiveAccount): number | null
}

/** Seconds of chain time after which a presence says nothing any more: three missed ones. */
const lifetimeSeconds = 90

/** What accounts last said about themselves. */
export function createPresenceBoard(chainTime: () => number): PresenceBoard {
  const heard = new Map<HiveAccount, Presence>()
  return {
    hear: (presence) => {
      const last = heard.get(presence.account)
      // Two of one moment: slots have changed within a block, and gossip brings what was said last mostly last.
      if (!last || last.at <= presence.at) heard.set(presence.account, presence)
    },
    freeSlots: (account) => {
      const last = heard.get(account)
      return last && last.at + lifetimeSeconds >= chainTime() ? last.freeSlots : null
    },
  }
}
