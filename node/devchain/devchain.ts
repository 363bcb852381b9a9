import type { Logger } from '../logger.ts'
import type { Pace } from './chain/block-time.ts'
import { nextBlockTime, slotOf } from './chain/block-time.ts'
import { createChain } from './chain/chain.ts'
import { startTicker } from './chain/ticker.ts'
import { devchainNotice } from './chain-id.ts'
import { createFaultInjector } from './faults/fault-injector.ts'
import type { Genesis } from './genesis.ts'
import { formatTime } from './hive/chain-time.ts'
import { createApis } from './rpc/apis.ts'
import { createDispatcher } from './rpc/dispatcher.ts'
import { createExchange } from './rpc/exchange.ts'
import { startHttpServer } from './rpc/http-server.ts'
import { openChainStore } from './store/chain-store.ts'
import type { Head } from './store/head.ts'

/** When a manual chain begins unless its genesis says: always the same day, so that the same steps give the same ids. */
const fixedStart = Date.parse('2026-01-01T00:00:00Z') / 1000

export type DevchainOptions = {
  readonly genesis: Genesis
  readonly pace: Pace
  /** 0 takes a free one. */
  readonly port: number
  /** Where the chain is kept. Without, it ends with the process. */
  readonly directory?: string
}

export type DevchainDeps = {
  readonly logger: Logger
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** A running development chain. Disposing of it frees the port and the data directory. */
export interface Devchain extends AsyncDisposable {
  readonly url: string
  readonly head: Head
  /** Makes blocks now, whatever the pace. Pending transactions go into the first. */
  produceBlocks(count: number): Head
}

/** Opens or begins a chain and serves it on 127.0.0.1. Throws a MarketError on what a user got wrong. */
export async function createDevchain(
  { logger, now }: DevchainDeps,
  { genesis, pace, port, directory }: DevchainOptions,
): Promise<Devchain> {
  await using stack = new AsyncDisposableStack()
  const seconds = (): number => now() / 1000
  const startTime = pace.type === 'manual' ? fixedStart : slotOf(seconds())
  const store = stack.use(openChainStore({ genesis, startTime, directory }))
  const chain = createChain({
    store,
    nextBlockTime: (previous) => nextBlockTime(pace, previous, seconds()),
  })
  const faults = createFaultInjector()
  const dispatcher = createDispatcher({ apis: createApis({ chain, store, faults, pace }), logger })
  const exchange = createExchange({ dispatcher, faults })
  const health = () => ({
    status: 'OK',
    notice: devchainNotice,
    head_block_number: chain.head.number,
    time: formatTime(chain.head.time),
  })
  const server = stack.use(await startHttpServer({ exchange, health, logger }, { port }))
  stack.use(startTicker({ produce: () => chain.produceBlocks(1), now }, pace))
  const running = stack.move()
  return {
    url: server.url,
    get head() {
      return chain.head
    },
    produceBlocks: (count) => chain.produceBlocks(count),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
