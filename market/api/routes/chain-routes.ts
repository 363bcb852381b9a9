import type Router from '@koa/router'
import { milliHbd } from '#protocol/amount.ts'
import { accountsRoute } from '#protocol/api/accounts.ts'
import { evidenceRoute } from '#protocol/api/evidence.ts'
import { networkRoute } from '#protocol/api/network.ts'
import { reputationRoute } from '#protocol/api/standing.ts'
import type { ChainQueries } from '../../ports/chain-queries.ts'
import type { LiveMarket } from '../../ports/live-market.ts'
import { mount } from '../mount.ts'
import { viewEvidence } from '../view-evidence.ts'

export type ChainRouteDeps = {
  readonly chain: Pick<ChainQueries, 'at' | 'reputation' | 'evidence' | 'accounts' | 'figures'>
  readonly live: Pick<LiveMarket, 'countPresent'>
  /** How many this process is connected to. */
  readonly peers: () => number
  readonly now: () => number
}

const daySeconds = 86_400

export function mountChainRoutes(
  router: Router,
  { chain, live, peers, now }: ChainRouteDeps,
): void {
  mount(router, reputationRoute, async ({ params }) => {
    const { account, at, scores } = await chain.reputation(params.account)
    return { account, at, scores: scores.map((each) => ({ ...each, marks: { ...each.marks } })) }
  })
  mount(router, evidenceRoute, async ({ params, query }) => {
    const { role, cursor, limit } = query
    const { rows, next } = await chain.evidence(params.account, role, { after: cursor, limit })
    return { evidence: rows.map(viewEvidence), next }
  })
  mount(router, accountsRoute, async ({ query }) => {
    const { cursor, limit, ...question } = query
    const { rows, next } = await chain.accounts(question, { after: cursor, limit })
    const accounts = rows.map(({ node, ...entry }) => ({
      ...entry,
      isRegistered: node?.phase === 'active',
    }))
    return { accounts, next }
  })
  mount(router, networkRoute, async ({ query }) => {
    const last = await chain.at()
    const to = (last?.time ?? 0) + 1
    const [figures, present] = await Promise.all([
      chain.figures({ from: Math.max(0, to - query.days * daySeconds), to }),
      live.countPresent(),
    ])
    const { at, held, days, medianPrice, medianPricePerMinute } = figures
    return {
      at,
      held: milliHbd(held),
      days: days.map(({ day, acceptedJobs, escrowed, paid, returned }) => ({
        ...{ day, acceptedJobs },
        ...{ escrowed: milliHbd(escrowed), paid: milliHbd(paid), returned: milliHbd(returned) },
      })),
      medianPrice: medianPrice === null ? null : milliHbd(medianPrice),
      medianPricePerMinute: medianPricePerMinute === null ? null : milliHbd(medianPricePerMinute),
      present,
      lagSeconds: at && Math.max(0, Math.floor(now() / 1_000) - at.time),
      peers: peers(),
    }
  })
}
