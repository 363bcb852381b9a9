import type { Logger } from '../logger.ts'
import type { Network } from '../networks.ts'
import type { AgreedBlocks } from './agreed-blocks.ts'
import { createAgreedBlocks } from './agreed-blocks.ts'
import { createBlockSources } from './block-source.ts'
import type { HiveRpc } from './hive-rpc.ts'
import { createHiveRpc, HiveRpcOptions } from './hive-rpc.ts'

/** A chain as whoever only reads it needs it. */
type OpenedChain = { readonly rpc: HiveRpc; readonly blocks: AgreedBlocks }

type OpenChainDeps = { readonly logger: Logger; readonly now: () => number }

/** Reaches a network's chain by the endpoints that are named, or by its usual ones where none is. Nobody is asked yet. */
export function openChain(
  { logger, now }: OpenChainDeps,
  { operationId, chainId, timeoutMs, rpc: usual }: Network,
  named: readonly string[] = [],
): OpenedChain {
  const urls = [...(named.length > 0 ? named : usual)]
  const rpc = createHiveRpc({ logger }, HiveRpcOptions.parse({ urls, chainId, timeoutMs }))
  const sources = createBlockSources(rpc.endpoints, { operationId })
  const options = { frozenMs: 30_000, witnesses: 3 }
  return { rpc, blocks: createAgreedBlocks({ sources, logger, now }, options) }
}
