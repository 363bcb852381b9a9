import type Router from '@koa/router'
import { customRoute, historyRoute, scorePointsRoute } from '#protocol/api/history.ts'
import type { ChainQueries } from '../../ports/chain-queries.ts'
import { mount } from '../mount.ts'

export type HistoryRouteDeps = {
  readonly chain: Pick<ChainQueries, 'points' | 'custom' | 'history'>
}

export function mountHistoryRoutes(router: Router, { chain }: HistoryRouteDeps): void {
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
  mount(router, historyRoute, async ({ query }) => {
    const { cursor, ...question } = query
    const { blocks, ...rest } = await chain.history({ ...question, after: cursor })
    return {
      ...rest,
      blocks: blocks.map((block) => ({ ...block, operations: [...block.operations] })),
    }
  })
}
