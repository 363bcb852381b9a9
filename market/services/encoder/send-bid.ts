import { jobCreator } from '#protocol/ids.ts'
import type { EncoderJobIn } from '../../domain/encoder-job.ts'
import type { EncoderDeps } from './encoder-deps.ts'

/** Sends what is due of a bid, its seal or itself, to its creator and to everyone; repeated until the creator has acknowledged it. */
export function sendBid(deps: EncoderDeps, job: EncoderJobIn<'bidding'>): void {
  const { sealedUntil } = job.offer
  const now = deps.ledger.current().head?.time ?? 0
  if (sealedUntil !== undefined && now < sealedUntil) {
    if (!job.isSealKept) sendSeal(deps, job)
  } else if (!job.isAcknowledged) tellBid(deps, job)
}

function tellBid(
  { signer, network, background, jobs, state }: EncoderDeps,
  { id, bid, bidHash: sent }: EncoderJobIn<'bidding'>,
): void {
  background.start(`bid ${id}`, async (signal) => {
    const envelope = await signer.seal(bid)
    await network.publish('bids', envelope)
    signal.throwIfAborted()
    const { accepted, reason } = await network.call(jobCreator(id), 'bid', envelope)
    state.atomically(() => {
      const job = jobs.find(id)
      if (job?.phase === 'bidding' && job.bidHash === sent)
        jobs.save({
          ...job,
          isAcknowledged: true,
          ...(!accepted && reason !== undefined && { refusal: reason }),
        })
    })
  })
}

function sendSeal(
  { signer, network, background, jobs, state }: EncoderDeps,
  { id, bid, bidHash: sent }: EncoderJobIn<'bidding'>,
): void {
  const { encoder, expires } = bid
  background.start(`seal ${id}`, async (signal) => {
    const body = { v: 1, type: 'sealed-bid', job: id, encoder, bid: sent, expires } as const
    const envelope = await signer.seal(body)
    await network.publish('seals', envelope)
    signal.throwIfAborted()
    await network.call(jobCreator(id), 'seal', envelope)
    state.atomically(() => {
      const job = jobs.find(id)
      if (job?.phase === 'bidding' && job.bidHash === sent) jobs.save({ ...job, isSealKept: true })
    })
  })
}
