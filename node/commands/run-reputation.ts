import { explainStanding } from '#contracts/explain-standing.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { MarketError } from '#market/errors.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { ledgerOfChain, ledgerOfNode } from '../chain/read-ledger.ts'
import { createLifetime, interrupted } from '../lifetime.ts'
import { createLogger } from '../logger.ts'
import { networks } from '../networks.ts'
import { explain } from './explain.ts'
import type { ReputationFlags } from './reputation.ts'
import type { ReputationReport, ReputationView } from './reputation-view.ts'
import { createReputationView } from './reputation-view.ts'

const exitCodes = { shown: 0, error: 2, interrupted } as const

/** Shows the scores of an account and ends the process. */
export async function runReputation(account: HiveAccount, flags: ReputationFlags): Promise<void> {
  const lifetime = createLifetime()
  const { explain: isExplained = false, json: asJson = false } = flags
  const view = createReputationView(process.stdout, { asJson, isExplained })
  try {
    const ledger = await readLedger(flags, view, lifetime.signal)
    view.finish(reportOf(ledger, account, flags.network))
    lifetime.end(exitCodes.shown)
  } catch (error) {
    const { aborted } = lifetime.signal
    view.fail(explain(aborted ? lifetime.signal.reason : error))
    lifetime.end(aborted ? exitCodes.interrupted : exitCodes.error)
  }
}

async function readLedger(
  { data, chain = [], network }: ReputationFlags,
  view: ReputationView,
  signal: AbortSignal,
): Promise<Ledger> {
  if (data !== undefined && chain.length > 0)
    throw new MarketError('option-invalid', 'Say --data or --chain, not both.')
  const logger = createLogger({ level: 'silent', name: 'reputation' })
  const reading = { network: networks[network], logger, signal }
  if (data !== undefined) return await ledgerOfNode(data, reading)
  return await ledgerOfChain(chain, { ...reading, onHeight: view.progress })
}

function reportOf(ledger: Ledger, account: HiveAccount, network: string): ReputationReport {
  const { head } = ledger
  if (!head) throw new MarketError('chain-unavailable', 'No block of the market is known here yet.')
  const { height, time } = head
  return { account, network, height, time, roles: explainStanding(ledger, account, height) }
}
