import type { Connection, Libp2p, PeerId } from '@libp2p/interface'
import type { RegistryView } from '#market/ports/ledger-view.ts'
import type { PeerView } from '#protocol/api/peers.ts'
import { PeerId as ParsedPeerId } from '#protocol/ids.ts'
import type { Topic } from '#protocol/topics.ts'
import { topicName, topics } from '#protocol/topics.ts'
import type { MarketServices } from './host.ts'
import type { Traffic } from './traffic.ts'

export type PeerListDeps = {
  readonly libp2p: Libp2p<MarketServices>
  readonly ledger: RegistryView
  readonly traffic: Traffic
  readonly operationId: string
}

/** The peers that are connected now, those that are in the market for an account first. */
export function listPeers({ libp2p, ledger, traffic, operationId }: PeerListDeps): PeerView[] {
  const { pubsub } = libp2p.services
  const nodes = new Map(
    [...ledger.current().nodes.values()]
      .filter(({ phase }) => phase === 'active')
      .map((node) => [node.peer as string, node]),
  )
  const heard = (Object.keys(topics) as Topic[]).map((topic) => ({
    topic,
    peers: new Set(pubsub.getSubscribers(topicName(operationId, topic)).map(String)),
  }))
  const view = (peer: PeerId): readonly PeerView[] => {
    const name = peer.toString()
    const best = bestOf(libp2p.getConnections(peer))
    if (!best) return []
    const node = nodes.get(name)
    return [
      {
        peer: ParsedPeerId.parse(name),
        account: node?.account ?? null,
        roles: [...(node?.roles ?? [])],
        way: best.limits === undefined ? 'direct' : 'relayed',
        address: best.remoteAddr.toString(),
        direction: best.direction,
        latencyMs: best.rtt ?? null,
        score: scoreOf(pubsub, name),
        topics: heard.filter(({ peers }) => peers.has(name)).map(({ topic }) => topic),
        ...traffic.of(name),
        since: best.timeline.open,
      },
    ]
  }
  return libp2p.getPeers().flatMap(view).toSorted(byAccount)
}

/** One that no relay limits, where there is one; of several, the oldest. */
function bestOf(connections: readonly Connection[]): Connection | undefined {
  const open = connections
    .filter(({ status }) => status === 'open')
    .toSorted((left, right) => left.timeline.open - right.timeline.open)
  return open.find(({ limits }) => limits === undefined) ?? open[0]
}

/** Its own types do not tell that gossip keeps scores. */
function scoreOf(pubsub: object, peer: string): number {
  return isScoring(pubsub) ? pubsub.getScore(peer) : 0
}

function isScoring(pubsub: object): pubsub is { getScore(peer: string): number } {
  return 'getScore' in pubsub && typeof pubsub.getScore === 'function'
}

function byAccount(left: PeerView, right: PeerView): number {
  const strangersLast = Number(left.account === null) - Number(right.account === null)
  return strangersLast || nameOf(left).localeCompare(nameOf(right))
}

function nameOf({ account, peer }: PeerView): string {
  return account ?? peer
}
