import { escrowKey } from '#contracts/ledger.ts'
import type { EncoderJobIn } from '../../domain/encoder-job.ts'
import { escrowRelease } from '../../domain/hive-operations.ts'
import { ensureSubmitted } from '../submit.ts'
import { partiesOf } from './answer-award.ts'
import { closeJob } from './close-job.ts'
import type { EncoderDeps } from './encoder-deps.ts'

/** refunding -> closed when the money is back with the creator. */
export function awaitRefund(deps: EncoderDeps, job: EncoderJobIn<'refunding'>): void {
  if (deps.ledger.current().jobs.get(job.id)?.phase === 'settled') closeJob(deps, job, 'refunded')
  else submitRefund(deps, job)
}

/** encoding | delivering | delivered -> refunding: the creator gets its money back at once, which costs the encoder less than a dispute. */
export function giveBack(
  deps: EncoderDeps,
  { id, offer, bid, bidHash }: EncoderJobIn<'encoding' | 'delivering' | 'delivered'>,
  reason: string,
): void {
  deps.background.stop(`encode ${id}`)
  const refunding = { phase: 'refunding', id, offer, bid, bidHash, reason } as const
  deps.jobs.save(refunding)
  submitRefund(deps, refunding)
}

function submitRefund(deps: EncoderDeps, job: EncoderJobIn<'refunding'>): void {
  const parties = partiesOf(deps, job)
  const escrow =
    parties && deps.ledger.current().escrows.get(escrowKey(parties.from, parties.escrow))
  if (!parties || escrow?.phase !== 'funded') return
  const release = { who: deps.account, receiver: parties.from, amount: escrow.held }
  ensureSubmitted(deps.outbox, {
    key: `${job.id}/refund`,
    account: deps.account,
    roles: ['active'],
    operations: () => [escrowRelease(parties, release)],
  })
}
