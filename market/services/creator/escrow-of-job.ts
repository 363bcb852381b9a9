import type { Escrow } from '#contracts/escrow.ts'
import { escrowKey } from '#contracts/ledger.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Choice } from '../../domain/creator-job.ts'
import type { EscrowParties } from '../../domain/hive-operations.ts'
import type { CreatorDeps } from './creator-deps.ts'

/** The live escrow of a job's award as the ledger has it. */
export function escrowOf(
  { ledger, account }: CreatorDeps,
  { choice }: { readonly choice: Choice },
): Escrow | undefined {
  return ledger.current().escrows.get(escrowKey(account, choice.escrow))
}

/** The sides of a job's escrow. */
export function partiesOf(creator: HiveAccount, { bid, arbiter, escrow }: Choice): EscrowParties {
  return { from: creator, to: bid.encoder, agent: arbiter, escrow }
}
