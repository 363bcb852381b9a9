import { MarketError } from '#market/errors.ts'
import type { Clock } from '#market/ports/clock.ts'
import type { ContentStore, TransferOptions } from '#market/ports/content-store.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { BringSpan } from './source-windows.ts'

export type SourceFetch = {
  /**
   * Brings a job's source here, once however many ask, and resolves to the milliseconds that took. Of a job for a range of a video, it
   * brings no more than shows that the source is there.
   */
  fetch(offer: JobOffer, creator: HiveAccount, options: TransferOptions): Promise<number>
  /** Brings what a job for a range of a video reads of its source, when it reads it; undefined for a job that has all of it. */
  bringing(offer: JobOffer, creator: HiveAccount): BringSpan | undefined
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
    { job, source, grid }: JobOffer,
    creator: HiveAccount,
    options: TransferOptions,
  ): Promise<number> => {
    const started = clock.now()
    content.pin(source.cid, job)
    const beginning = grid.range ? { span: { start: 0, end: 1 } } : {}
    const expectedBytes = source.bytes
    await content.fetch(source.cid, [creator], { ...options, expectedBytes, ...beginning })
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
    bringing: ({ source, grid }, creator) =>
      grid.range &&
      ((span, signal) =>
        content.fetch(source.cid, [creator], { signal, span, expectedBytes: source.bytes })),
    forget: (job) => known.delete(job),
  }
}

function wrongSize(found: number, offered: number): MarketError {
  return new MarketError(
    'content-corrupt',
    `The source has ${found} bytes, but the offer says ${offered}.`,
  )
}
