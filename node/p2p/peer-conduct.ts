/** What a peer does that no single message proves: how far it is over the rate that each is allowed. */
export type PeerConduct = {
  /** A message of the peer's came above its rate, and was not read. */
  exceeded(peer: string): void
  /** Zero for a peer that keeps to its rate, and below it for one that does not: a part of its score in gossip. */
  score(peer: string): number
}

export type ConductOptions = {
  /** Messages above the rate that are forgiven each second: neighbours hand on what many say at once. */
  readonly forgivenPerSecond: number
  /** Messages above the rate that cost a peer one point of its score. */
  readonly perPoint: number
  /** Peers remembered; those that offended longest ago are forgotten first. */
  readonly peers: number
}

/** Twice the rate is borne for ever; a peer with ten times of it is not listened to after seconds, and again once it is quiet. */
const conductOptions: ConductOptions = {
  forgivenPerSecond: 50,
  perPoint: 50,
  peers: 10_000,
}

export function createPeerConduct(
  now: () => number,
  { forgivenPerSecond, perPoint, peers }: ConductOptions = conductOptions,
): PeerConduct {
  const known = new Map<string, { readonly excess: number; readonly at: number }>()
  const excessOf = (peer: string): number => {
    const last = known.get(peer)
    if (!last) return 0
    return Math.max(0, last.excess - ((now() - last.at) / 1_000) * forgivenPerSecond)
  }
  return {
    exceeded: (peer) => {
      const excess = excessOf(peer) + 1
      known.delete(peer)
      const [oldest] = known.keys()
      if (known.size >= peers && oldest !== undefined) known.delete(oldest)
      known.set(peer, { excess, at: now() })
    },
    score: (peer) => -Math.floor(excessOf(peer) / perPoint),
  }
}
