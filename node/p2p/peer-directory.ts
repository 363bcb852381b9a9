import type { Libp2p, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { NodeRecord } from '#contracts/registry.ts'
import { MarketError } from '#market/errors.ts'
import type { RegistryView } from '#market/ports/ledger-view.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { pause } from '../chain/hive-rpc.ts'
import type { Logger } from '../logger.ts'
import { addressesOf, parseAddress, parsePeer } from './peer-address.ts'
import type { Reach } from './reach.ts'
import { createRetries } from './retries.ts'

/**
 * Where the accounts of the market are found, as the registry on the chain says. Anyone may register anything: an address counts for the
 * account that names it only, and whoever answers there has to prove to be the peer that the account named.
 */
export interface PeerDirectory {
  /** Connects to the registered peer of an account unless that is done. Rejects with `peer-unreachable` for one that runs no node, and as libp2p does. */
  connect(account: HiveAccount, signal: AbortSignal): Promise<PeerId>
  isConnected(account: HiveAccount): boolean
  /** Keeps connections to registered peers, until stopped. Never rejects. */
  run(signal: AbortSignal): Promise<void>
}

export type PeerDirectoryOptions = {
  readonly bootstrap: readonly string[]
  readonly reach: Reach
  /** Whether this node is found through a relay, and so has to be connected to one. */
  readonly needsRelay?: boolean
  readonly everyMs: number
  /** Connections this node opens by itself; others may open more to it. */
  readonly targetConnections: number
}

type DirectoryDeps = {
  readonly libp2p: Libp2p
  readonly ledger: RegistryView
  /** Whose node this is; null for one that is no account's. */
  readonly self: HiveAccount | null
  readonly logger: Logger
  readonly now: () => number
}

const dialMs = 10_000
/** Dials under way at a time. */
const dialsAtOnce = 16
/** Asks libp2p to dial again when the connection is lost. It gives the tag up after some failures; a new connection sets it anew. */
const keepAlive = { tags: { 'keep-alive-market': { value: 50 } } }

/** Throws `option-invalid` for a bootstrap address that is none. */
export function createPeerDirectory(
  { libp2p, ledger, self, logger, now }: DirectoryDeps,
  { bootstrap, reach, needsRelay = false, everyMs, targetConnections }: PeerDirectoryOptions,
): PeerDirectory {
  const starters = bootstrap.map(parseBootstrap)
  const retries = createRetries<HiveAccount>(now)

  const peerOf = (account: HiveAccount): PeerId | null => {
    const node = ledger.current().nodes.get(account)
    return node?.phase === 'active' ? parsePeer(node.peer) : null
  }

  const isPeerConnected = (peer: PeerId | null): boolean =>
    peer !== null && libp2p.getConnections(peer).length > 0

  const connect = async (account: HiveAccount, signal: AbortSignal): Promise<PeerId> => {
    const node = ledger.current().nodes.get(account)
    const peer = peerOf(account)
    if (!node || !peer)
      throw new MarketError('peer-unreachable', `@${account} runs no node that the registry knows.`)
    if (isPeerConnected(peer)) return peer
    const addresses = [...addressesOf(node, reach)]
    const within = AbortSignal.any([signal, AbortSignal.timeout(dialMs)])
    await libp2p.dial(addresses.length > 0 ? addresses : peer, { signal: within })
    await libp2p.peerStore.merge(peer, keepAlive)
    return peer
  }

  const tryConnect = async ({ account }: NodeRecord, signal: AbortSignal): Promise<void> => {
    try {
      await connect(account, signal)
      retries.succeeded(account)
    } catch (error) {
      retries.failed(account)
      logger.debug('peer not reached', { account }, error)
    }
  }

  const dialBootstrap = async (signal: AbortSignal): Promise<void> => {
    const within = AbortSignal.any([signal, AbortSignal.timeout(dialMs)])
    const results = await Promise.allSettled(
      starters.map((address) => libp2p.dial(address, { signal: within })),
    )
    for (const [index, result] of results.entries()) {
      if (result.status === 'rejected')
        logger.warn('bootstrap peer not reached', { address: bootstrap[index] }, result.reason)
    }
  }

  const isOpenedByUs = (peer: PeerId | null): boolean =>
    peer !== null && libp2p.getConnections(peer).some(({ direction }) => direction === 'outbound')

  /**
   * Those that failed least first, so that registrations nobody answers for do not keep others out. Whoever comes by himself does not
   * count: many that do could else be all that a newcomer ever sees of the market. Where a relay is lacking, one comes on top.
   */
  const connectMore = async (signal: AbortSignal): Promise<void> => {
    const others = [...ledger.current().nodes.values()].filter(
      ({ phase, account, peer }) =>
        phase === 'active' && account !== self && peer !== libp2p.peerId.toString(),
    )
    const missing = others.filter(({ account }) => !isPeerConnected(peerOf(account)))
    const opened = others.filter(({ account }) => isOpenedByUs(peerOf(account)))
    const wanted = Math.max(0, targetConnections - opened.length)
    const due = missing
      .filter(({ account }) => retries.isDue(account))
      .toSorted((left, right) => retries.failures(left.account) - retries.failures(right.account))
    const chosen = new Set(due.slice(0, Math.min(wanted, dialsAtOnce)))
    const hasRelay = others.some((node) => isRelay(node) && !missing.includes(node))
    const relay = needsRelay && !hasRelay ? due.find(isRelay) : undefined
    if (relay) chosen.add(relay)
    await Promise.all([...chosen].map((node) => tryConnect(node, signal)))
  }

  return {
    connect,
    isConnected: (account) => isPeerConnected(peerOf(account)),
    run: async (signal) => {
      while (!signal.aborted) {
        if (libp2p.getConnections().length === 0) await dialBootstrap(signal)
        await connectMore(signal)
        await pause(everyMs, signal)
      }
    },
  }
}

function isRelay({ roles }: NodeRecord): boolean {
  return roles.includes('relay')
}

function parseBootstrap(text: string): Multiaddr {
  const address = parseAddress(text)
  if (!address) throw new MarketError('option-invalid', `${text} is no address of a peer.`)
  return address
}
