import type { RateLimits } from '#market/api/rate-limits.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Network } from './networks.ts'

/** Everything an indexer is told, secrets left out. */
export type IndexerConfig = {
  readonly network: Network
  readonly rpc: readonly string[]
  /** The indexer's own directory, locked by the caller. */
  readonly data: string
  readonly host: string
  readonly port: number
  /** libp2p addresses that its peer listens on, and those it tells others besides. */
  readonly listen: readonly string[]
  readonly announce: readonly string[]
  readonly bootstrap: readonly string[]
  /** Bytes a second that all peers together may fetch of its blocks; absent for as many as there are. */
  readonly uploadLimit?: number | undefined
  /** Name by which people reach it; challenges are bound to it. */
  readonly domain: string
  /** Origins of pages, besides its own, that may call the API. */
  readonly origins: readonly string[]
  readonly isProxied: boolean
  /** Folder of the built dashboard. */
  readonly dashboard: string
  readonly pollMs: number
  /** How long whoever has a job of the queue may be silent; absent: as long as the queue usually allows. */
  readonly leaseMs?: number
  /** True to forget what was projected and begin at the market's first block. */
  readonly rebuild: boolean
  readonly denyList: string | null
  readonly rateLimits: RateLimits
  /** The operator's own webhook for alerts; null for none. */
  readonly alertUrl: string | null
  readonly ffmpeg: {
    readonly ffmpegPath: string | undefined
    readonly ffprobePath: string | undefined
    readonly searchPath: string
  }
  readonly version: string
  /** Accounts of a development chain that the server signs for; absent or empty for none, as on every other chain. */
  readonly developmentAccounts?: readonly HiveAccount[]
}

export type IndexerSecrets = {
  /** URL of a Postgres server; null for one of the indexer's own. */
  readonly databaseUrl: string | null
  /** Keys of 64 hex digits for secrets in the database, the sealing one first; where there is none, the data directory has one. */
  readonly secretKeys: readonly string[]
  /** Signs what alerts say; null where there is none. */
  readonly alertSecret: string | null
}
