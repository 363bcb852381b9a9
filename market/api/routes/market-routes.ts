import type Router from '@koa/router'
import type { z } from 'zod'
import type { Job } from '#contracts/job.ts'
import { marketJobRoute, marketJobsRoute } from '#protocol/api/market-jobs.ts'
import { mostRangeJobs, wholeRoute } from '#protocol/api/wholes.ts'
import { jobCreator } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { settlingActs } from '../../domain/settling-acts.ts'
import { MarketError } from '../../errors.ts'
import type { ChainQueries } from '../../ports/chain-queries.ts'
import type { LiveMarket } from '../../ports/live-market.ts'
import type { QueueOfMarket } from '../../ports/queue-of-market.ts'
import { mount } from '../mount.ts'
import { rangeOfOffer, viewWhole } from '../view-whole.ts'

export type MarketRouteDeps = {
  readonly chain: Pick<ChainQueries, 'at' | 'jobs' | 'job' | 'jobsOfWhole'>
  readonly live: LiveMarket
  readonly queueOfMarket: QueueOfMarket
}

/** Offers without a block that one answer has at the most. */
const announcedLimit = 100

/** Jobs as the chain has them, and as gossip tells them before and meanwhile. */
export function mountMarketRoutes(
  router: Router,
  { chain, live, queueOfMarket }: MarketRouteDeps,
): void {
  mountWhole(router, { chain, live })
  mount(router, marketJobsRoute, async ({ query }) => {
    const { cursor, limit, phase, creator, encoder } = query
    const isFirst = cursor === undefined && encoder === undefined && !phase
    const question = { creator, encoder, phases: phase && [phase] }
    const [page, offers] = await Promise.all([
      chain.jobs(question, { after: cursor, limit }),
      isFirst ? live.offers(announcedLimit) : [],
    ])
    const announced = offers
      .map(viewOffer)
      .filter((offer) => creator === undefined || offer.creator === creator)
    const jobs = page.rows.map(viewJob)
    const counts = await live.countBids([...announced, ...jobs].map(({ job }) => job))
    const withBids = (each: MarketJobView) => ({ ...each, bids: counts.get(each.job) ?? 0 })
    return { announced: announced.map(withBids), jobs: jobs.map(withBids), next: page.next }
  })
  mount(router, marketJobRoute, async ({ params: { job } }) => {
    const [known, at, bids, reports, names] = await Promise.all([
      chain.job(job),
      chain.at(),
      live.bids(job),
      live.progress(job),
      queueOfMarket.namesOf([job]),
    ])
    const queueJob = names.get(job) ?? null
    if (known) {
      const view = viewJob(known.job)
      return {
        ...{ ...view, queueJob, ...delivered(known.job), dispute: disputed(known.job) },
        acts: at ? settlingActs(known.job, known.escrow, at.time) : [],
        bids,
        progress: reports.find(({ encoder }) => encoder === view.encoder) ?? null,
        events: known.events.map(
          ({ sequence, height, time, transaction, type, actor, receiver, amount }) => ({
            ...{ sequence, height, time, transaction, type, actor, receiver, amount },
          }),
        ),
      }
    }
    const offer = await live.offer(job)
    if (!offer) throw new MarketError('job-unknown', 'No such job is on the chain yet.')
    return {
      ...{ ...viewOffer(offer), queueJob, ...nothing, dispute: null, acts: [] },
      ...{ bids, progress: null, events: [] },
    }
  })
}

/** A whole is no job of the chain: it is there as long as jobs name it. */
function mountWhole(
  router: Router,
  { chain, live }: Pick<MarketRouteDeps, 'chain' | 'live'>,
): void {
  mount(router, wholeRoute, async ({ params: { whole } }) => {
    const jobs = await chain.jobsOfWhole(whole, mostRangeJobs)
    const atWork = jobs.filter(({ phase }) => phase === 'accepted').map(({ id }) => id)
    const reports = await Promise.all(
      atWork.map(async (id) => [id, await live.progress(id)] as const),
    )
    const view = viewWhole(whole, jobs, new Map(reports))
    if (!view) throw new MarketError('job-unknown', 'No job on the chain is a range of that.')
    return view
  })
}

type MarketJobView = Omit<
  z.output<typeof marketJobRoute.reply>,
  'queueJob' | 'dispute' | 'acts' | 'bids' | 'progress' | 'events' | keyof Delivered
>

function viewOffer(offer: JobOffer): MarketJobView {
  const { job, ceiling, deliverBy } = offer
  const creator = jobCreator(job)
  return {
    ...{ job, creator, phase: 'announced', ceiling, deliverBy, encoder: null, price: null },
    range: rangeOfOffer(offer),
  }
}

function viewJob(job: Job): MarketJobView {
  const { ceiling, deliverBy } = job.offer
  const award = job.phase === 'offered' || job.phase === 'cancelled' ? null : job.award
  return {
    ...{ job: job.id, creator: job.creator, phase: job.phase, ceiling, deliverBy },
    ...{ encoder: award?.encoder ?? null, price: award?.price ?? null },
    range: rangeOfOffer(job.offer),
  }
}

type Delivered = Pick<
  z.output<typeof marketJobRoute.reply>,
  'root' | 'arbiter' | 'attestations' | 'ruling'
>

const nothing: Delivered = { root: null, arbiter: null, attestations: [], ruling: null }

function delivered(job: Job): Delivered {
  if (job.phase === 'offered' || job.phase === 'cancelled') return nothing
  const { arbiter } = job.award
  const delivery = job.phase === 'delivered' || job.phase === 'settled' ? job.delivered : null
  const ruling = job.phase === 'settled' ? job.ruling : null
  return {
    ...{ arbiter, root: delivery?.operation.root ?? null },
    attestations: (delivery?.attestations ?? []).map(({ by, at, operation }) => ({
      ...{ by, time: at.time, transaction: at.transaction },
      ...{ verdict: operation.verdict, faults: operation.faults },
    })),
    ruling: ruling && {
      ...{ verdict: ruling.verdict, toEncoder: ruling.toEncoder, toCreator: ruling.toCreator },
      ...{ faults: ruling.faults, evidence: ruling.evidence ?? null },
    },
  }
}

function disputed(job: Job): z.output<typeof marketJobRoute.reply>['dispute'] {
  if (!('dispute' in job) || !job.dispute) return null
  const { by, at, evidence = [] } = job.dispute
  return {
    ...{ by, time: at.time, transaction: at.transaction },
    evidence: evidence.map((given) => ({
      ...{ by: given.by, time: given.at.time, transaction: given.at.transaction },
      ...{ text: given.operation.text, evidence: given.operation.evidence ?? null },
    })),
  }
}
