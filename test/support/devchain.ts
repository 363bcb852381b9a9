import type { Operation, PrivateKey } from '@hiveio/dhive'
import { Client } from '@hiveio/dhive'
import type { Pace } from '#node/devchain/chain/block-time.ts'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import type { Devchain } from '#node/devchain/devchain.ts'
import { createDevchain } from '#node/devchain/devchain.ts'
import type { GenesisJson } from '#node/devchain/genesis.ts'
import { parseGenesis } from '#node/devchain/genesis.ts'
import type { KeyRole } from '#node/devchain/keys.ts'
import { devchainKey } from '#node/devchain/keys.ts'
import { createLogger } from '#node/logger.ts'

export type TestDevchainOptions = {
  readonly accounts?: GenesisJson['accounts']
  /** Genesis time, `2026-01-01T00:00:00`. */
  readonly time?: string
  readonly pace?: Pace
  readonly directory?: string
  /** Milliseconds since 1970. Only a chain at an interval of 3 s looks at it. */
  readonly now?: () => number
}

/** Whose key signs: an account, with its active key unless another role is named. */
export type Signer = string | readonly [account: string, role: KeyRole]

export interface TestDevchain extends Devchain {
  /** An unmodified dhive client of this chain. */
  readonly client: Client
  /** Signs operations with dhive and broadcasts them; resolves to the transaction's id. */
  broadcast(operations: readonly Operation[], ...signers: readonly Signer[]): Promise<string>
  /** Puts operations into a block of their own. Rejects as the chain refuses them. */
  include(operations: readonly Operation[], ...signers: readonly Signer[]): Promise<void>
  /** Calls `api.method` with params. Rejects with dhive's RPCError. */
  call(method: string, params?: unknown): Promise<unknown>
}

const wealthy = { hbd: '100.000 HBD', hive: '50.000 HIVE' }

/** A development chain on a free port, in memory and with manual blocks unless told otherwise. */
export async function aDevchain(options: TestDevchainOptions = {}): Promise<TestDevchain> {
  const { accounts = { alice: wealthy, bob: {}, arbiter: {} }, time } = options
  const genesis = parseGenesis(
    { accounts, ...(time !== undefined && { time }) },
    'The test genesis',
  )
  const devchain = await createDevchain(
    {
      logger: createLogger({ level: 'silent', name: 'devchain' }),
      now: options.now ?? Date.now,
    },
    {
      genesis,
      pace: options.pace ?? { type: 'manual' },
      port: 0,
      ...(options.directory !== undefined && { directory: options.directory }),
    },
  )
  const client = devchainClient(devchain.url)
  const broadcast: TestDevchain['broadcast'] = async (operations, ...signers) => {
    const { id } = await client.broadcast.sendOperations([...operations], signers.map(keyOf))
    return id
  }
  return {
    url: devchain.url,
    get head() {
      return devchain.head
    },
    produceBlocks: (count) => devchain.produceBlocks(count),
    [Symbol.asyncDispose]: () => devchain[Symbol.asyncDispose](),
    client,
    broadcast,
    include: async (operations, ...signers) => {
      await broadcast(operations, ...signers)
      devchain.produceBlocks(1)
    },
    call: (method, params) => callDevchain(client, method, params),
  }
}

/** An unmodified dhive client for a development chain. */
export function devchainClient(url: string): Client {
  return new Client(url, { chainId: devchainChainId, timeout: 2_000 })
}

/** Calls `api.method`. Rejects with dhive's RPCError. */
export function callDevchain(client: Client, method: string, params?: unknown): Promise<unknown> {
  const [api = '', name = ''] = method.split('.')
  return client.call(api, name, params)
}

export function keyOf(signer: Signer): PrivateKey {
  return typeof signer === 'string' ? devchainKey(signer, 'active') : devchainKey(...signer)
}
