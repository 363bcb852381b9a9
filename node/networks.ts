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
}

/** Networks by name. Everything this program does was run on the development chain only. */
export const networks = {
  devchain: {
    name: 'devchain',
    chainId: devchainChainId,
    operationId: 'spk-encoder-dev',
    genesisHeight: 1,
    reach: 'loopback',
  },
} as const satisfies Readonly<Record<string, Network>>
