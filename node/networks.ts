import type { MilliHbd } from '#protocol/amount.ts'
import { parseHbd } from '#protocol/amount.ts'
import { devchainChainId } from './devchain/chain-id.ts'

/** A Hive chain and the market on it. */
export type Network = {
  readonly name: string
  readonly chainId: string
  /** Id of the market's custom_json. */
  readonly operationId: string
  /** First block in which an operation of the market can be. */
  readonly genesisHeight: number
  /** How far its peers reach. */
  readonly reach: 'loopback' | 'anywhere'
  /** libp2p addresses that its peers listen on unless told otherwise. */
  readonly listen: readonly string[]
  /** Those that an indexer's peer listens on besides, for pages: without TLS only pages of this machine may dial it. */
  readonly listenForPages: readonly string[]
  /** Endpoints that are asked unless others are named, the preferred one first. */
  readonly rpc: readonly string[]
  /** Milliseconds between two looks at the chain unless told otherwise. */
  readonly pollMs: number
  /** Milliseconds an endpoint has for one answer. */
  readonly timeoutMs: number
  /** True where its money can buy something. */
  readonly isReal: boolean
  readonly limits: Limits
}

export type Limits = {
  /** The most that one escrow of this node may hold, its fee included, unless told otherwise; null for no limit. */
  readonly escrow: MilliHbd | null
  /** Liquid balances from which on an account is too rich for its active key to be on a machine that is online; null for none. */
  readonly rich: { readonly hbd: MilliHbd; readonly milliHive: bigint } | null
}

/**
 * Networks by name. Everything this program does was run on the development chain only; for the main network there are the
 * recorded forms of its answers, and the dry run.
 */
export const networks = {
  devchain: {
    name: 'devchain',
    chainId: devchainChainId,
    operationId: 'spk-encoder-dev',
    genesisHeight: 1,
    reach: 'loopback',
    listen: ['/ip4/127.0.0.1/tcp/0'],
    listenForPages: ['/ip4/127.0.0.1/tcp/0/ws'],
    rpc: ['http://127.0.0.1:8090'],
    pollMs: 500,
    timeoutMs: 10_000,
    isReal: false,
    limits: { escrow: null, rich: null },
  },
  mainnet: {
    name: 'mainnet',
    chainId: 'beeab0de00000000000000000000000000000000000000000000000000000000',
    operationId: 'spk-encoder',
    /**
     * A block of autumn 2026: 28,800 a day at most since the chain's block 41,818,753 of 20 March 2020. Nothing of the market is
     * older, and every node has to begin at the same block, so it changes only together with `operationId`.
     */
    genesisHeight: 111_000_000,
    reach: 'anywhere',
    listen: ['/ip4/0.0.0.0/tcp/4001'],
    listenForPages: [],
    rpc: [
      'https://api.hive.blog',
      'https://api.deathwing.me',
      'https://api.openhive.network',
      'https://techcoderx.com',
      'https://hive-api.arcange.eu',
      'https://rpc.mahdiyari.info',
    ],
    // A block every three seconds: looking more often finds nothing, and public endpoints count.
    pollMs: 3_000,
    timeoutMs: 15_000,
    isReal: true,
    limits: {
      escrow: parseHbd('10.000 HBD'),
      rich: { hbd: parseHbd('100.000 HBD'), milliHive: 500_000n },
    },
  },
} as const satisfies Readonly<Record<string, Network>>
export type NetworkName = keyof typeof networks
