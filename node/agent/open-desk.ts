import { hostname } from 'node:os'
import type { LocalQueue } from '#market/adapters/sqlite/agent-store.ts'
import { createAgentClaimStore } from '#market/adapters/sqlite/agent-store.ts'
import type { AgentQueue } from '#market/ports/agent-queue.ts'
import { createGatewayStreams } from '../p2p/gateway-streams.ts'
import type { AgentConfig, AgentDeps } from './agent.ts'
import { createAgentOrders } from './agent-order.ts'
import type { AgentDesk, DeskOptions } from './desk.ts'
import { createDesk } from './desk.ts'
import type { ExchangeProbe } from './exchange-probe.ts'
import { createFetchInput } from './fetch-input.ts'
import { createIndexerClient } from './indexer-client.ts'
import { createIndexerQueue } from './indexer-queue.ts'
import { withLocalSources } from './local-sources.ts'
import { createTreePush } from './push-tree.ts'

export type OpenDeskOptions = {
  readonly localQueue: LocalQueue | null
  readonly probe: Pick<ExchangeProbe, 'note'>
  readonly options: DeskOptions
  /** Ends what is asked of the indexer. */
  readonly signal: AbortSignal
}

/** The desk with its queue: the indexer's, to which finished trees are brought, or the node's own. */
export function openDesk(
  deps: AgentDeps,
  { indexer, version }: Pick<AgentConfig, 'indexer' | 'version'>,
  { localQueue, probe, options, signal }: OpenDeskOptions,
): AgentDesk {
  const { account, blocks, content, clock, engine, hwAccel, logger, peer, pipeline, signer } = deps
  const fetchInput = createFetchInput({
    ...{ blocks, content, logger },
    gatewayStreams: createGatewayStreams(),
    peerStreams: deps.peerStreams,
    gateways: indexer === null ? [] : [indexer],
    peers: deps.gateways,
    onExchange: probe.note,
  })
  const claims = createAgentClaimStore(deps.database)
  const open = (queue: AgentQueue, pushTree: Parameters<typeof createAgentOrders>[0]['pushTree']) =>
    createDesk(
      {
        ...{ queue, claims, pipeline, clock, logger },
        orderOf: createAgentOrders({ content, engine, fetchInput, pushTree, clock }),
      },
      options,
    )
  if (localQueue) return open(withLocalSources(localQueue, content), null)
  if (indexer === null) throw new Error('an agent has a queue')
  const client = createIndexerClient({ url: indexer, account, signer, signal })
  // One node's peer id is one agent's name, so that a start anew is no other encoder.
  const encoderId = `${account}:${peer.slice(-16)}`
  const name = `desktop agent on ${hostname()}`.slice(0, 80)
  const profile = { encoderId, name, peer, version, hwAccel }
  const push = createTreePush({ client, blocks }, encoderId)
  return open(createIndexerQueue(client, profile), async (claim, root, transfer) => {
    await push(claim, root, transfer)
    probe.note()
  })
}
