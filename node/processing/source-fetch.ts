import { MarketError } from '#market/errors.ts'
import type { Clock } from '#market/ports/clock.ts'
import type { ContentStore, TransferOptions } from '#market/ports/content-store.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'

export type SourceFetch = {
  /** Brings a job's source here, once however many ask, and resolves to the milliseconds that took. */
  fetch(offer: JobOffer, creator: HiveAccount, options: TransferOptions): Promise<number>
  forget(job: JobId): void
}

export function createSourceFetch({
  content,
  clock,
}: {
  readonly content: ContentStore
  readonly clock: Clock
}): SourceFetch {
  const known = new Map<JobId, Promise<number>>()

  const fetchOnce = async (
    { job, source }: JobOffer,
    creator: HiveAccount,
    options: TransferOptions,
  ): Promise<number> => {
    const started = clock.now()
    content.pin(source.cid, job)
    await content.fetch(source.cid, [creator], { ...options, expectedBytes: source.bytes })
    const { bytes } = await content.sizes(source.cid)
    if (bytes !== source.bytes) throw wrongSize(bytes, source.bytes)
    return clock.now() - started
  }

  return {
    fetch: async (offer, creator, options) => {
      // Whoever asked first may have been stopped: the next one then fetches for itself, from where that ended.
      const earlier = await known.get(offer.job)?.catch(() => null)
      options.signal.throwIfAborted()
      if (typeof earlier === 'number') return earlier
      const fetching = fetchOnce(offer, creator, options)
      known.set(offer.job, fetching)
      return fetching
    },
    forget: (job) => known.delete(job),
  }
}

function wrongSize(found: number, offered: number): MarketError {
  return new MarketError(
    'content-corrupt',
    `The source has ${found} bytes, but the offer says ${offered}.`,
  )
}
