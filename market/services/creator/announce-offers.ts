import type { ChainTime, HiveAccount } from '#protocol/ids.ts'
import type { OutboxEntry } from '../../ports/outbox.ts'
import { latestSubmission } from '../submit.ts'
import { awardKey } from './award-bid.ts'
import { offerKey } from './confirm-offer.ts'
import type { CreatorDeps } from './creator-deps.ts'

/** Seconds of chain time between two announcements: gossip promises nothing, so what matters is said again. */
const repeatSeconds = 15

/**
 * Gossips open offers and fresh awards as the signed transactions they are, so that others react before a block has them.
 * Returns a function that says whatever is due.
 */
export function announceOffers({
  jobs,
  outbox,
  ledger,
  network,
  background,
}: CreatorDeps): () => void {
  const said = new Map<string, ChainTime>()

  /** Tells it ahead of the block, so that the encoder can begin to fetch; the block decides, so a failure here is none. */
  const notify = (encoder: HiveAccount, { key, transaction }: OutboxEntry): void =>
    background.start(`notify ${key}`, async () => {
      await network.call(encoder, 'award', { transaction })
    })

  const announce = (entry: OutboxEntry | null, encoder: HiveAccount | null = null): void => {
    const now = ledger.current().head?.time
    if (!entry || now === undefined) return
    if (entry.phase === 'unsigned' || entry.phase === 'expired') return
    const last = said.get(entry.key)
    if (last !== undefined && now < last + repeatSeconds) return
    said.set(entry.key, now)
    const { transaction } = entry
    if (encoder !== null) notify(encoder, entry)
    void network.publish('offers', { v: 1, type: 'announcement', announcedAt: now, transaction })
  }

  return () => {
    for (const job of jobs.unfinished()) {
      if (job.phase === 'offering' || job.phase === 'bidding')
        announce(latestSubmission(outbox, offerKey(job)))
      if (job.phase === 'awarding')
        announce(outbox.find(awardKey(job.id, job.awards)), job.choice.bid.encoder)
    }
  }
}
