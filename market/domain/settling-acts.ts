import type { Escrow } from '#contracts/escrow.ts'
import type { Job } from '#contracts/job.ts'
import type { SettlingAct } from '#protocol/api/community.ts'
import type { ChainTime, HiveAccount } from '#protocol/ids.ts'

/** Something that one party of a job may do about it by hand. */
export type PermittedAct = { readonly by: HiveAccount; readonly act: SettlingAct }

/**
 * What each party may do now, as contracts and hived take it, besides the award of a bid. Nobody may do anything while an award waits for
 * its encoder and arbiter, whose nodes answer it, nor once it is settled. After an escrow's end hived lets either side take the money; here
 * only the one takes it whom it is due to: the encoder for what it delivered, else the creator. `escrow` is that of the award; null where
 * there is none any more.
 */
export function settlingActs(
  job: Job,
  escrow: Escrow | null,
  now: ChainTime,
): readonly PermittedAct[] {
  if (job.phase === 'offered') return [{ by: job.creator, act: 'withdraw' }]
  if (job.phase !== 'accepted' && job.phase !== 'delivered') return []
  const { creator, dispute } = job
  const { encoder } = job.award
  if (dispute)
    return [creator, encoder]
      .filter((party) => !dispute.evidence?.some(({ by }) => by === party))
      .map((by) => ({ by, act: 'explain' }))
  const settles: readonly PermittedAct[] = [
    { by: creator, act: 'release' },
    { by: encoder, act: 'refund' },
  ]
  if (!escrow || escrow.phase === 'closed') return []
  if (now >= escrow.terms.expiration)
    return job.phase === 'delivered'
      ? [...settles, { by: encoder, act: 'collect' }]
      : [...settles, { by: creator, act: 'reclaim' }]
  return [...settles, { by: creator, act: 'dispute' }, { by: encoder, act: 'dispute' }]
}
