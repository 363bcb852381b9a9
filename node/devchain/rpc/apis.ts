import type { Pace } from '../chain/block-time.ts'
import type { Chain } from '../chain/chain.ts'
import type { FaultInjector } from '../faults/fault-injector.ts'
import type { ChainStore } from '../store/chain-store.ts'
import { createAccountByKeyApi } from './account-by-key-api.ts'
import { createAccountHistoryApi } from './account-history-api.ts'
import { createBlockApi } from './block-api.ts'
import { createCondenserApi } from './condenser-api.ts'
import { createDatabaseApi } from './database-api.ts'
import { createDevchainApi } from './devchain-api.ts'
import type { Apis } from './dispatcher.ts'
import { createHistory } from './history.ts'
import { named } from './method.ts'
import { createNetworkBroadcastApi } from './network-broadcast-api.ts'
import { Nothing } from './params.ts'
import { createRcApi } from './rc-api.ts'
import { createTransactionStatusApi } from './transaction-status-api.ts'

export type ApisDeps = {
  readonly chain: Chain
  readonly store: ChainStore
  readonly faults: FaultInjector
  readonly pace: Pace
}

/** Every method this node answers. */
export function createApis(deps: ApisDeps): Apis {
  const history = createHistory(deps)
  const apis: Apis = {
    account_by_key_api: createAccountByKeyApi(deps),
    account_history_api: createAccountHistoryApi({ ...deps, history }),
    block_api: createBlockApi(deps),
    condenser_api: createCondenserApi({ ...deps, history }),
    database_api: createDatabaseApi(deps),
    devchain_api: createDevchainApi(deps),
    network_broadcast_api: createNetworkBroadcastApi(deps),
    rc_api: createRcApi(deps),
    transaction_status_api: createTransactionStatusApi(deps),
  }
  return { ...apis, jsonrpc: { get_methods: named(Nothing, () => methodNames(apis)) } }
}

function methodNames(apis: Apis): readonly string[] {
  return Object.entries(apis).flatMap(([api, methods]) =>
    Object.keys(methods).map((method) => `${api}.${method}`),
  )
}
