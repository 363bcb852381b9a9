import { MarketError } from '#market/errors.ts'
import type { Clock } from '#market/ports/clock.ts'
import type { ContentStore, FileSpan, TransferOptions } from '#market/ports/content-store.ts'
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

/** Who is asked for a job's source, all at once: looked up anew for each stretch of it, because those that had it may be gone. */
export type HoldersOf = (offer: JobOffer, creator: HiveAccount) => readonly HiveAccount[]

/** How a source gets here: all of it at the beginning, or of a job for a range its root at first and each stretch when it is read. */
export function bringSource(
  content: Pick<ContentStore, 'fetch'>,
  { source, grid }: JobOffer,
  holders: () => readonly HiveAccount[],
): { readonly begin: (options: TransferOptions) => Promise<void>; readonly bring?: BringSpan } {
  const fetch = async (options: TransferOptions & { readonly span?: FileSpan }): Promise<void> => {
    await content.fetch(source.cid, holders(), { ...options, expectedBytes: source.bytes })
  }
  if (!grid.range) return { begin: fetch }
  return {
    begin: (options) => fetch({ ...options, span: { start: 0, end: 1 } }),
    bring: (span, signal) => fetch({ signal, span }),
  }
}

export function createSourceFetch({
  content,
  clock,
  holdersOf = (_, creator) => [creator],
}: {
  readonly content: ContentStore
  readonly clock: Clock
  /** Absent for the creator alone. */
  readonly holdersOf?: HoldersOf
}): SourceFetch {
  const known = new Map<JobId, Promise<number>>()

  const bringingOf = (offer: JobOffer, creator: HiveAccount) =>
    bringSource(content, offer, () => holdersOf(offer, creator))

  const fetchOnce = async (
    offer: JobOffer,
    creator: HiveAccount,
    options: TransferOptions,
  ): Promise<number> => {
    const { job, source } = offer
    const started = clock.now()
    content.pin(source.cid, job)
    await bringingOf(offer, creator).begin(options)
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
    bringing: (offer, creator) => bringingOf(offer, creator).bring,
    forget: (job) => known.delete(job),
  }
}

function wrongSize(found: number, offered: number): MarketError {
  return new MarketError(
    'content-corrupt',
    `The source has ${found} bytes, but the offer says ${offered}.`,
  )
}
