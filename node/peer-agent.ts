import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { PeerId } from '#protocol/ids.ts'
import type { NodeRole } from '#protocol/registration.ts'
import type { Agent, AgentDeps } from './agent/agent.ts'
import { startAgent } from './agent/agent.ts'
import type { ErrandDeps } from './creator-errand.ts'
import { startCreatorErrand } from './creator-errand.ts'
import type { Logger } from './logger.ts'
import type { PeerDirectory } from './p2p/peer-directory.ts'
import type { PeerConfig } from './peer-config.ts'

export type PeerAgentDeps = Omit<
  AgentDeps,
  'account' | 'connected' | 'gateways' | 'peer' | 'logger'
> &
  Pick<ErrandDeps, 'postJob'> & {
    readonly ledger: LedgerView
    readonly peers: Pick<PeerDirectory, 'isConnected'>
    readonly peerId: string
    readonly ownerToken: string
    readonly log: (module: string) => Logger
  }

/**
 * What a creator's node does for its account's jobs at an indexer: it encodes them, and offers those that wait for the market, where it
 * may. Both stop with the stack. Null where there is no agent.
 */
export async function startPeerAgent(
  stack: AsyncDisposableStack,
  config: PeerConfig,
  { ledger, peers, peerId, ownerToken, log, postJob, ...shared }: PeerAgentDeps,
): Promise<Agent | null> {
  const { account, agent, allowance, data } = config
  if (agent === null) return null
  const connected = (role?: NodeRole): readonly HiveAccount[] =>
    [...ledger.current().nodes.values()]
      .filter(({ roles: played }) => role === undefined || played.includes(role))
      .filter((node) => node.account !== account && peers.isConnected(node.account))
      .map((node) => node.account)
  const gateways = () => connected('gateway')
  const { indexer } = agent
  if (indexer !== null && allowance !== null)
    stack.use(
      startCreatorErrand(
        { ...shared, account, postJob, gateways, logger: log('errand') },
        { indexer, allowance, data },
      ),
    )
  return stack.use(
    await startAgent(
      {
        ...{ ...shared, account, gateways, connected: () => connected() },
        ...{ peer: PeerId.parse(peerId), logger: log('agent') },
      },
      agent,
      { data, ownerToken },
    ),
  )
}
