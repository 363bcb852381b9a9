import type { CreatorOptions } from '#market/services/creator/creator-deps.ts'
import type { AwardAllowance } from '#market/services/creator/within-allowance.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { PriceList } from '#protocol/price-list.ts'
import type { NodeRole, Region } from '#protocol/registration.ts'
import type { AgentConfig } from './agent/agent.ts'
import type { HardwareChoice } from './encoding/hardware/hardware-choice.ts'
import type { Network } from './networks.ts'
import type { ReplicationOptions } from './replication/replicator.ts'

/** Everything a peer is told, secrets left out. */
export type PeerConfig = {
  readonly account: HiveAccount
  readonly roles: readonly NodeRole[]
  /** What the registry is to say of where it stands; absent for nothing. */
  readonly region?: Region
  readonly network: Network
  readonly rpc: readonly string[]
  /** The peer's own directory, locked by the caller. */
  readonly data: string
  readonly listen: readonly string[]
  /** Addresses that the registry is to name besides those it listens on. */
  readonly announce: readonly string[]
  /** Whether the router of the own network is asked to let others in. */
  readonly upnp: boolean
  readonly bootstrap: readonly string[]
  /** Bytes a second that all peers together may fetch of this one's blocks; absent for as many as there are. */
  readonly uploadLimit?: number | undefined
  /** Port of gateway and control on 127.0.0.1; 0 takes a free one. */
  readonly port: number
  /** Where the market's pages are served on 127.0.0.1, and the folder that has them; absent for nowhere. Port 0 takes a free one. */
  readonly dashboard?: {
    readonly port: number
    readonly folder: string
    readonly version: string
  }
  /** File that names what the gateway does not serve; null for none. */
  readonly denyList: string | null
  /** Milliseconds between two looks at the chain. */
  readonly pollMs: number
  readonly ffmpeg: {
    readonly ffmpegPath: string | undefined
    readonly ffprobePath: string | undefined
    readonly searchPath: string
  }
  readonly encoder: {
    readonly workers: number
    readonly hardware: HardwareChoice
    readonly slots: number
    readonly pricePercent: bigint
    /** What the operator asks; absent for the usual prices. */
    readonly priceList?: PriceList
    readonly firmSeconds: number
    readonly marginSeconds: number
  }
  readonly creator: CreatorOptions
  /** Who is to keep what a creator was delivered; absent where its own copy is enough. */
  readonly replication?: ReplicationOptions
  /** Bytes of others' trees that a gateway keeps; absent for as many as are usual. */
  readonly replicaBytes?: number
  /** What it may spend on jobs that wait at its indexer; null where it offers none of them by itself. */
  readonly allowance: AwardAllowance | null
  readonly arbiter: { readonly fee: MilliHbd }
  /** The desktop agent of a creator; null for none. */
  readonly agent: AgentConfig | null
}
