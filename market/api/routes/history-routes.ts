import type Router from '@koa/router'
import { customRoute, historyRoute, scorePointsRoute } from '#protocol/api/history.ts'
import type { ChainQueries } from '../../ports/chain-queries.ts'
import { mount } from '../mount.ts'

export type ScoreRouteDeps = { readonly chain: Pick<ChainQueries, 'points' | 'custom'> }
export type HistoryRouteDeps = { readonly chain: Pick<ChainQueries, 'history'> }

/** How a score came to be what it is. */
export function mountScoreRoutes(router: Router, { chain }: ScoreRouteDeps): void {
  mount(
    router,
    scorePointsRoute,
    async ({ params, query }) => await chain.points(params.account, query),
  )
  mount(
    router,
    customRoute,
    async ({ params, query }) => await chain.custom(params.account, query.role, query.limit),
  )
}

/** What a score can be folded again from. */
export function mountHistoryRoute(router: Router, { chain }: HistoryRouteDeps): void {
  mount(router, historyRoute, async ({ query }) => {
    const { cursor, ...question } = query
    const { blocks, ...rest } = await chain.history({ ...question, after: cursor })
    return {
      ...rest,
      blocks: blocks.map((block) => ({ ...block, operations: [...block.operations] })),
    }
  })
}
