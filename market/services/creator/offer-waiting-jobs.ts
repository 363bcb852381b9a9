import type { MilliHbd } from '#protocol/amount.ts'
import { milliHbd } from '#protocol/amount.ts'
import type { Cid, HiveAccount, JobId } from '#protocol/ids.ts'
import { marketJobOf, offerReference } from '../../domain/market-job-of.ts'
import type { ContentStore, TransferOptions } from '../../ports/content-store.ts'
import type { UnofferedJob, WaitingOffers } from '../../ports/waiting-offers.ts'
import type { JobRequest } from './post-job.ts'
import type { AwardAllowance } from './within-allowance.ts'

export type OfferWaitingJobsDeps = {
  readonly account: HiveAccount
  /** The node's own bounds: whatever an indexer says, no more is spent. */
  readonly allowance: AwardAllowance
  readonly waiting: WaitingOffers
  readonly content: Pick<ContentStore, 'addFile' | 'exportFile'>
  /** Brings a source here of which nothing is known but its id. */
  readonly fetchInput: (cid: Cid, options: TransferOptions) => Promise<void>
  /** A folder that is gone once it is disposed. */
  readonly scratch: () => Promise<AsyncDisposable & { readonly path: string }>
  readonly isOffered: (job: JobId) => boolean
  readonly postJob: (request: JobRequest, signal: AbortSignal) => Promise<JobId>
  /** Told of a job that was not offered; it is tried again with the next round. */
  readonly onFailure: (error: unknown, job: string) => void
}

/** A source that is found under another id when it is added here: an offer of it would be for another job. */
export class ForeignSourceError extends Error {
  override readonly name = 'ForeignSourceError'
}

/**
 * Offers those jobs of an indexer's queue that wait for the account's signature, as far as the owner lets the node award by itself,
 * by the node's own bounds and by what the account has told the indexer, whichever is less; the indexer may lie, or be somebody else's:
 * what follows is the creator's as of any job, but that the payment too is made without asking only as far as the account has said. The offer's id follows from the job's, so that it is made once,
 * whoever dies in between. Rejects only where the indexer does not answer.
 */
export function createOfferWaitingJobs(deps: OfferWaitingJobsDeps) {
  const { account, allowance, waiting, isOffered, onFailure } = deps
  return async (signal: AbortSignal): Promise<void> => {
    const { award, release } = await waiting.limits()
    if (award === null) return
    const perJob = award < allowance.perJob ? award : allowance.perJob
    const bounds = { ...allowance, perJob }
    const releaseLimit = release ?? milliHbd(0n)
    for (const job of await waiting.unoffered())
      try {
        if (!isOffered(marketJobOf(account, job.id)))
          await offer(deps, job, { bounds, releaseLimit, signal })
      } catch (error) {
        signal.throwIfAborted()
        onFailure(error, job.id)
      }
  }
}

type Bounds = {
  readonly bounds: AwardAllowance
  readonly releaseLimit: MilliHbd
  readonly signal: AbortSignal
}

async function offer(
  { content, fetchInput, scratch, postJob }: OfferWaitingJobsDeps,
  { id, inputCid, budget }: UnofferedJob,
  { bounds, releaseLimit, signal }: Bounds,
): Promise<void> {
  await fetchInput(inputCid, { signal })
  await using folder = await scratch()
  const path = `${folder.path}/source`
  await content.exportFile(inputCid, path, { signal })
  const { cid } = await content.addFile(path, { signal })
  if (cid !== inputCid)
    throw new ForeignSourceError(`the source ${inputCid} is ${cid} as this node adds it`)
  const ceiling = budget < bounds.perJob ? budget : bounds.perJob
  // Its owner asked for it without this node, and is not there to choose.
  const request = { reference: offerReference(id), path, ceiling, selection: 'automatic' } as const
  await postJob({ ...request, allowance: bounds, releaseLimit }, signal)
}
