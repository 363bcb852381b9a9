import { join } from 'node:path'
import { bindDatabase } from '#market/adapters/sqlite/binding-store.ts'
import type { NodeDatabase } from '#market/adapters/sqlite/database.ts'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createLedgerStore } from '#market/adapters/sqlite/ledger-store.ts'
import type { OutboxStore } from '#market/adapters/sqlite/outbox-store.ts'
import { createOutboxStore } from '#market/adapters/sqlite/outbox-store.ts'
import type { NodeState } from '#market/ports/node-state.ts'
import type { Outbox } from '#market/ports/outbox.ts'
import { createAccounts } from '#node/chain/accounts.ts'
import { createAgreedBlocks } from '#node/chain/agreed-blocks.ts'
import { createBlockSources } from '#node/chain/block-source.ts'
import type { Broadcaster } from '#node/chain/broadcaster.ts'
import { createBroadcaster } from '#node/chain/broadcaster.ts'
import type { HiveRpc } from '#node/chain/hive-rpc.ts'
import { createHiveRpc, HiveRpcOptions } from '#node/chain/hive-rpc.ts'
import type { LedgerFollower } from '#node/chain/ledger-follower.ts'
import { createLedgerFollower } from '#node/chain/ledger-follower.ts'
import { createOutbox } from '#node/chain/outbox.ts'
import type { Signing } from '#node/chain/signing.ts'
import { createSigning } from '#node/chain/signing.ts'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import { createLogger } from '#node/logger.ts'
import { HiveAccount } from '#protocol/ids.ts'
import type { Signer } from '#protocol/signer.ts'
import { aLocalSigner } from './local-signer.ts'
import { testNetwork } from './test-chain.ts'

export type ChainNodeOptions = {
  readonly urls: readonly string[]
  /** Where the database lies; in memory without one. */
  readonly directory?: string
  readonly account?: string
  /** Milliseconds since 1970; a clock that stands still unless told otherwise. */
  readonly now?: () => number
  readonly timeoutMs?: number
  readonly ttlSeconds?: number
  /** Who signs; the account's keys unless another does. */
  readonly signer?: Signer
}

/** The half of a node that looks at the chain, wired as a peer wires it, and moved by hand. */
export interface ChainNode extends AsyncDisposable {
  readonly rpc: HiveRpc
  readonly follower: LedgerFollower
  readonly outbox: Outbox
  readonly outboxStore: OutboxStore
  readonly signing: Signing
  /** Signs what waits for signatures, and sends. */
  readonly broadcaster: Broadcaster
  readonly database: NodeDatabase
  readonly state: NodeState
  catchUp(): Promise<void>
}

const silent = createLogger({ level: 'silent', name: 'test' })

export function aChainNode(options: ChainNodeOptions): ChainNode {
  const { urls, directory, account = 'alice', now = () => 0 } = options
  const { timeoutMs = 10_000, ttlSeconds = 60, signer = aLocalSigner(account) } = options
  const chainId = devchainChainId
  const opened = openDatabase(directory ? join(directory, `${account}.sqlite`) : ':memory:')
  const { database, state } = opened
  bindDatabase(database, { chain: chainId, account })
  const outboxStore = createOutboxStore(database)
  const rpc = createHiveRpc(
    { logger: silent },
    HiveRpcOptions.parse({ urls: [...urls], chainId, timeoutMs, answerLimit: 4 * 1024 * 1024 }),
  )
  const { operationId } = testNetwork
  const sources = createBlockSources(rpc.endpoints, { operationId })
  const follower = createLedgerFollower(
    {
      chain: createAgreedBlocks(
        { sources, logger: silent, now },
        { frozenMs: 30_000, witnesses: 3 },
      ),
      store: createLedgerStore(database, testNetwork.sha256),
      outbox: outboxStore,
      state,
      network: testNetwork,
      logger: silent,
      onBlocks: () => undefined,
    },
    { chainId, genesisHeight: 1, pollMs: 1, account: HiveAccount.parse(account) },
  )
  const sender = createBroadcaster(
    { store: outboxStore, endpoints: rpc.endpoints, logger: silent, now },
    { repeatMs: 0 },
  )
  const accounts = createAccounts({ rpc, now }, { ttlMs: 1_000, limit: 100 })
  const signing = createSigning(
    { store: outboxStore, signer, accounts, logger: silent, onSigned: () => undefined },
    { chainId },
  )
  const outbox = createOutbox(
    { store: outboxStore, ledger: follower.view, onSubmitted: () => undefined },
    { ttlSeconds },
  )
  return {
    rpc,
    follower,
    outbox,
    outboxStore,
    signing,
    broadcaster: {
      flush: async () => {
        await signing.flush()
        await sender.flush()
      },
      [Symbol.asyncDispose]: () => sender[Symbol.asyncDispose](),
    },
    database,
    state,
    catchUp: () => follower.catchUp(AbortSignal.timeout(30_000)),
    [Symbol.asyncDispose]: async () => {
      await sender[Symbol.asyncDispose]()
      opened[Symbol.dispose]()
    },
  }
}
