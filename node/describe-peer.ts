import type { Libp2p } from '@libp2p/interface'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { NodeStatus } from '#protocol/api/control.ts'
import type { EncoderCapability, HwAccel } from '#protocol/encoder.ts'
import { BlockHeight, Multiaddr, PeerId } from '#protocol/ids.ts'
import type { NodeRegister } from '#protocol/registration.ts'
import type { AgreedBlocks } from './chain/agreed-blocks.ts'
import type { LedgerFollower } from './chain/ledger-follower.ts'
import type { PeerDirectory } from './p2p/peer-directory.ts'
import { isWithinReach } from './p2p/reach.ts'
import type { PeerConfig } from './peer-config.ts'
import { pricesOf } from './roles.ts'

/** What the registry is to say of a peer. */
export function describePeer({
  config,
  engine,
  hwAccel,
  capabilities,
  libp2p,
}: {
  readonly config: PeerConfig
  readonly engine: EncodingEngine
  /** By which the peer encodes: segments that claim any other will not be believed. */
  readonly hwAccel: HwAccel
  /** What was measured on this machine, best first; null where nothing was. */
  readonly capabilities: readonly EncoderCapability[] | null
  /** Its id, and where it is found, the best first. */
  readonly libp2p: Pick<Libp2p, 'peerId' | 'getMultiaddrs'>
}): NodeRegister {
  const { roles, arbiter, region } = config
  const measured = capabilities === null ? {} : { capabilities: [...capabilities].slice(0, 12) }
  const { class: determinism, workers } = engine
  const encoder = { class: determinism, workers, prices: [...pricesOf(config)], hwAccel }
  return {
    v: 1,
    t: 'node.register',
    peer: PeerId.parse(libp2p.peerId.toString()),
    addresses: libp2p
      .getMultiaddrs()
      // An address that nobody within reach could dial would only be tried in vain, by everybody.
      .filter((address) => isWithinReach(address, config.network.reach))
      .slice(0, 8)
      .map((address) => Multiaddr.parse(address.toString())),
    roles: [...roles],
    ...(region && { region }),
    ...(roles.includes('encoder') ? { encoder: { ...encoder, ...measured } } : {}),
    ...(roles.includes('arbiter') ? { arbiter } : {}),
  }
}

/** What a peer tells its owner of itself. */
export function describeStatus({
  config,
  follower,
  chain,
  peers,
  libp2p,
  isRegistered,
  obstacle,
  url,
}: {
  readonly config: PeerConfig
  readonly follower: LedgerFollower
  readonly chain: AgreedBlocks
  readonly peers: PeerDirectory
  readonly libp2p: Libp2p
  readonly isRegistered: boolean
  readonly obstacle: string | null
  readonly url: string
}): NodeStatus {
  const { head, nodes } = follower.view.current()
  const connected = [...nodes.values()].filter(({ account }) => peers.isConnected(account))
  const playing = (role: 'encoder' | 'arbiter') =>
    connected.filter(({ roles }) => roles.includes(role)).map(({ account }) => account)
  return {
    account: config.account,
    peer: PeerId.parse(libp2p.peerId.toString()),
    roles: [...config.roles],
    height: head?.height ?? BlockHeight.parse(0),
    behind: follower.behind(),
    divergence: follower.divergence(),
    endpoints: chain.health(),
    registered: isRegistered,
    obstacle,
    encoders: playing('encoder'),
    arbiters: playing('arbiter'),
    gateway: url,
  }
}
