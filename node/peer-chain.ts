import type { OperationRecord } from '#contracts/fold.ts'
import type { NodeDatabase } from '#market/adapters/sqlite/database.ts'
import { createHistoryStore } from '#market/adapters/sqlite/history-store.ts'
import { createLedgerStore } from '#market/adapters/sqlite/ledger-store.ts'
import { createOutboxStore } from '#market/adapters/sqlite/outbox-store.ts'
import type { Clock } from '#market/ports/clock.ts'
import type { NodeState } from '#market/ports/node-state.ts'
import { createAccounts } from './chain/accounts.ts'
import { createAgreedBlocks } from './chain/agreed-blocks.ts'
import { createBlockSources } from './chain/block-source.ts'
import { createBroadcaster } from './chain/broadcaster.ts'
import { createHiveRpc, HiveRpcOptions, refuseForeignChain } from './chain/hive-rpc.ts'
import { createLedgerFollower } from './chain/ledger-follower.ts'
import { keepHistory } from './chain/market-sources.ts'
import { createOutbox } from './chain/outbox.ts'
import { createSigning } from './chain/signing.ts'
import { limitSpending } from './chain/spending-limit.ts'
import { drySigner } from './dry-run/dry-signer.ts'
import { createTransactionPrinter } from './dry-run/transaction-printer.ts'
import { examineKeys } from './examine-keys.ts'
import type { Logger } from './logger.ts'
import type { NodeKeys } from './node-keys.ts'
import type { PeerConfig } from './peer-config.ts'
import { sha256 } from './sha256.ts'

const agreement = { frozenMs: 30_000, witnesses: 3 }

export type PeerChainDeps = {
  readonly keys: NodeKeys
  readonly database: NodeDatabase
  readonly state: NodeState
  readonly clock: Clock
  readonly log: (module: string) => Logger
  readonly dryRun: ((line: string) => void) | null
  /** Called when there are new blocks, or a signature is there. */
  readonly onNews: () => void
  /** Called with what blocks have decided, after they were kept. */
  readonly onFolded: (records: readonly OperationRecord[]) => void
  readonly signal: AbortSignal
}

/** What a peer knows of the chain, and how it speaks there. The broadcaster stops with the stack. */
export async function openPeerChain(
  stack: AsyncDisposableStack,
  config: PeerConfig,
  { keys, database, state, clock, log, dryRun, onNews, onFolded, signal }: PeerChainDeps,
) {
  const { account, network } = config
  const { operationId, chainId } = network
  const outboxStore = createOutboxStore(database)
  const rpc = createHiveRpc(
    { logger: log('rpc') },
    HiveRpcOptions.parse({ urls: config.rpc, chainId, timeoutMs: network.timeoutMs }),
  )
  await refuseForeignChain(rpc, signal)
  const accounts = createAccounts({ rpc, now: clock.now }, { ttlMs: 60_000, limit: 10_000 })
  await examineKeys(config, keys, { accounts, logger: log('keys') })
  const chain = createAgreedBlocks(
    {
      sources: createBlockSources(rpc.endpoints, { operationId }),
      logger: log('chain'),
      now: clock.now,
    },
    agreement,
  )
  const store = createLedgerStore(database, sha256)
  const histories = createHistoryStore(database)
  const history = config.dashboard && keepHistory({ store: histories, blocks: store }, network)
  // With a gap it would be worth nothing to whoever looks later.
  if (!history) histories.clear()
  const follower = createLedgerFollower(
    {
      chain,
      store,
      ...(history && { history: history.follow }),
      outbox: outboxStore,
      state,
      network: { operationId, sha256 },
      logger: log('chain'),
      onBlocks: (records) => {
        onFolded(records)
        onNews()
      },
    },
    { chainId, genesisHeight: network.genesisHeight, pollMs: config.pollMs, account },
  )
  const ledger = follower.view
  const broadcaster = stack.use(
    dryRun
      ? createTransactionPrinter(outboxStore, dryRun)
      : createBroadcaster(
          { store: outboxStore, endpoints: rpc.endpoints, logger: log('outbox'), now: clock.now },
          { repeatMs: 3_000 },
        ),
  )
  const signer = dryRun ? drySigner : limitSpending(keys.signer, config.creator.escrowLimit ?? null)
  const signing = createSigning(
    { store: outboxStore, signer, accounts, logger: log('signing'), onSigned: onNews },
    { chainId },
  )
  const outbox = createOutbox(
    { store: outboxStore, ledger, onSubmitted: () => void signing.flush() },
    { ttlSeconds: 120 },
  )
  const sources = history?.sources(ledger.current) ?? null
  return { accounts, chain, follower, ledger, broadcaster, signer, signing, outbox, sources }
}

export type PeerChain = Awaited<ReturnType<typeof openPeerChain>>
