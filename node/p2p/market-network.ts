import type { Libp2p } from '@libp2p/interface'
import { MarketError } from '#market/errors.ts'
import type { MarketNetwork } from '#market/ports/market-network.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Logger } from '../logger.ts'
import { callPeer } from './calls.ts'
import type { GossipBus } from './gossip-bus.ts'
import type { PeerDirectory } from './peer-directory.ts'
import type { PresenceBoard } from './presence-board.ts'

const connectMs = 10_000

/** The market's other nodes, by gossip and by direct calls. */
export function createMarketNetwork({
  libp2p,
  peers,
  bus,
  presence,
  logger,
}: {
  readonly libp2p: Libp2p
  readonly peers: PeerDirectory
  readonly bus: GossipBus
  readonly presence: PresenceBoard
  readonly logger: Logger
}): MarketNetwork {
  return {
    publish: async (topic, message) => {
      // Gossip promises nothing, so neither does this: what must arrive is also called.
      await bus
        .publish(topic, message)
        .catch((error: unknown) => logger.warn('gossip not sent', { topic }, error))
    },
    call: async (account, verb, request) => {
      try {
        const peer = await peers.connect(account, AbortSignal.timeout(connectMs))
        return await callPeer(libp2p, peer, verb, request)
      } catch (error) {
        throw asUnreachable(account, error)
      }
    },
    isConnected: (account) => peers.isConnected(account),
    freeSlots: (account) => presence.freeSlots(account),
    fullSince: (account) => presence.fullSince(account),
  }
}

function asUnreachable(account: HiveAccount, cause: unknown): MarketError {
  if (cause instanceof MarketError) return cause
  return new MarketError('peer-unreachable', `@${account} did not answer.`, {}, { cause })
}
