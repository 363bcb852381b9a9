import { unreachable } from '#contracts/outcome.ts'
import type { Consideration } from '#protocol/api/control.ts'
import type { JobAward } from '#protocol/award.ts'
import { bytesToHex, utf8 } from '#protocol/canonical.ts'
import type { JobOffer } from '#protocol/offer.ts'
import type { EncoderJob } from '../../domain/encoder-job.ts'
import { isRetired } from '../../domain/retired-recipe.ts'
import { eachApart } from '../apart.ts'
import { awaitFunding, prefetchSource, refuseForeignEscrows } from './answer-award.ts'
import { awaitAward } from './await-award.ts'
import { createConsiderations } from './considerations.ts'
import { awaitDelivered, awaitPayment } from './deliver-work.ts'
import { doWork } from './do-work.ts'
import type { EncoderDeps } from './encoder-deps.ts'
import { awaitRefund, giveBack } from './give-back.ts'
import { createConsiderOffer } from './place-bid.ts'
import type { ProgressReports } from './report-progress.ts'
import { createProgressReports } from './report-progress.ts'
import { retireJob } from './retire-job.ts'

/** The encoder's side of the market. */
export type Encoder = {
  /** Looks at an offer that was heard of; a block may follow, or not. */
  considerOffer(offer: JobOffer): void
  /** What this node made of the latest offers, since it started. */
  considered(): readonly Consideration[]
  /** Hears of an award that no block has yet: if it is for this encoder's bid, the source is fetched ahead. */
  hearAward(award: JobAward): void
  /**
   * Gives back what is not done, before the node goes for longer: its creators can have it made elsewhere at once, and a refund costs
   * less standing than a dispute. From then on nothing is bid for. Firm bids, and work that is delivered, are kept for its return. Returns
   * how many jobs were given back.
   */
  handBack(): number
  /** Moves every job as far as it can go. Called after each block, and after whatever else may have changed something. */
  advance(): void
}

export function createEncoder(deps: EncoderDeps): Encoder {
  const considerations = createConsiderations(deps)
  let isLeaving = false
  const consider = createConsiderOffer(deps, considerations)
  const considerOffer = (offer: JobOffer): void => {
    if (!isLeaving) consider(offer)
  }
  const reports = createProgressReports(deps)

  // Ranges of a video are offered all at once: each encoder looks at them in an order of its own, so that not all bid for the same.
  const lotOf = ({ job, whole }: JobOffer): string =>
    whole === undefined ? '' : bytesToHex(deps.sha256(utf8(`${deps.account} ${job}`)))

  const considerOpenOffers = (): void => {
    const open = [...deps.ledger.current().jobs.values()]
      .filter(({ phase }) => phase === 'offered')
      .map(({ offer }) => ({ offer, lot: lotOf(offer) }))
      .sort((one, other) => (one.lot < other.lot ? -1 : Number(one.lot > other.lot)))
    eachApart(open, ({ offer }) => considerOffer(offer))
  }

  const advanceJobs = (): void =>
    eachApart(deps.jobs.unfinished(), (job) =>
      deps.state.atomically(() => advanceJob(deps, job, reports)),
    )

  const handBack = (): number => {
    isLeaving = true
    const undone = deps.jobs.unfinished().filter(({ phase }) => phase === 'encoding')
    eachApart(undone, (job) =>
      deps.state.atomically(() => {
        if (job.phase === 'encoding') giveBack(deps, job, 'the node is shutting down')
      }),
    )
    return undone.length
  }

  return {
    handBack,
    considered: considerations.all,
    considerOffer: (offer) => {
      // Those of ranges wait for their block, with which the others come.
      if (offer.whole === undefined) considerOffer(offer)
    },
    hearAward: (award) => {
      const job = deps.jobs.find(award.job)
      if (job?.phase === 'bidding' && job.bidHash === award.bid) prefetchSource(deps, job)
    },
    advance: () => {
      if (!deps.ledger.isSynced()) return
      eachApart(
        [advanceJobs, () => refuseForeignEscrows(deps), considerOpenOffers, reports.beat],
        (step) => step(),
      )
    },
  }
}

/** One step by what is true now; steps that are not due do nothing. */
function advanceJob(deps: EncoderDeps, job: EncoderJob, reports: ProgressReports): void {
  if (isRetired(job.offer)) {
    retireJob(deps, job)
    return
  }
  switch (job.phase) {
    case 'bidding':
      awaitAward(deps, job)
      break
    case 'approving':
      awaitFunding(deps, job)
      break
    case 'encoding':
      doWork(deps, job, reports)
      break
    case 'delivering':
      awaitDelivered(deps, job)
      break
    case 'delivered':
      awaitPayment(deps, job)
      break
    case 'refunding':
      awaitRefund(deps, job)
      break
    case 'closed':
      break
    default:
      unreachable(job)
  }
}
