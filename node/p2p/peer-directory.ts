import type { Libp2p, PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import type { NodeRecord } from '#contracts/registry.ts'
import { MarketError } from '#market/errors.ts'
import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { pause } from '../chain/hive-rpc.ts'
import type { Logger } from '../logger.ts'

/** Where the accounts of the market are found, as the registry on the chain says. */
export interface PeerDirectory {
  /** The registered peer of an account. Throws `peer-unreachable` for one that runs no node. */
  targetOf(account: HiveAccount): PeerId
  isConnected(account: HiveAccount): boolean
  /** Keeps connections to registered peers, until stopped. Never rejects. */
  run(signal: AbortSignal): Promise<void>
}

export type PeerDirectoryOptions = {
  readonly bootstrap: readonly string[]
  readonly everyMs: number
  /** Connections this node opens by itself; others may open more to it. */
  readonly targetConnections: number
}

const dialMs = 10_000
/** Asks libp2p to dial again when the connection is lost. It gives the tag up after some failures, so it is set anew each round. */
const keepAlive = { tags: { 'keep-alive-market': { value: 50 } } }

export function createPeerDirectory(
  {
    libp2p,
    ledger,
    self,
    logger,
  }: {
    readonly libp2p: Libp2p
    readonly ledger: LedgerView
    readonly self: HiveAccount
    readonly logger: Logger
  },
  { bootstrap, everyMs, targetConnections }: PeerDirectoryOptions,
): PeerDirectory {
  const recordOf = (account: HiveAccount): NodeRecord | null => {
    const node = ledger.current().nodes.get(account)
    return node?.phase === 'active' ? node : null
  }

  const isPeerConnected = (peer: PeerId): boolean => libp2p.getConnections(peer).length > 0

  const connect = async (node: NodeRecord, signal: AbortSignal): Promise<void> => {
    const peer = peerIdFromString(node.peer)
    const multiaddrs = node.addresses.map((address) => multiaddr(address))
    await libp2p.peerStore.merge(peer, { ...keepAlive, multiaddrs })
    if (!isPeerConnected(peer))
      await libp2p.dial(peer, { signal: AbortSignal.any([signal, AbortSignal.timeout(dialMs)]) })
  }

  const dialBootstrap = async (signal: AbortSignal): Promise<void> => {
    const within = AbortSignal.any([signal, AbortSignal.timeout(dialMs)])
    await Promise.allSettled(
      bootstrap.map((address) => libp2p.dial(multiaddr(address), { signal: within })),
    )
  }

  const connectAll = async (signal: AbortSignal): Promise<void> => {
    const nodes = [...ledger.current().nodes.values()]
      .filter(({ phase, account }) => phase === 'active' && account !== self)
      .slice(0, targetConnections)
    const results = await Promise.allSettled(nodes.map((node) => connect(node, signal)))
    for (const [index, result] of results.entries()) {
      if (result.status === 'rejected')
        logger.debug('peer not reached', { account: nodes[index]?.account ?? '' }, result.reason)
    }
  }

  return {
    targetOf: (account) => {
      const node = recordOf(account)
      if (!node)
        throw new MarketError(
          'peer-unreachable',
          `@${account} runs no node that the registry knows.`,
        )
      return peerIdFromString(node.peer)
    },
    isConnected: (account) => {
      const node = recordOf(account)
      return node !== null && isPeerConnected(peerIdFromString(node.peer))
    },
    run: async (signal) => {
      while (!signal.aborted) {
        if (libp2p.getConnections().length === 0) await dialBootstrap(signal)
        await connectAll(signal)
        await pause(everyMs, signal)
      }
    },
  }
}
