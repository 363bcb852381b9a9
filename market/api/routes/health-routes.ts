import type Router from '@koa/router'
import type { Context } from 'koa'
import { healthRoute, liveRoute, readyRoute } from '#protocol/api/health.ts'
import { mountRaw } from '../mount.ts'

/** Whether something that this server needs works; `detail` is for the operator. */
export type Check = { readonly name: string; readonly ok: boolean; readonly detail: string }

export type HealthDeps = { readonly checks: () => Promise<readonly Check[]> }

/** `/health/live`: the process answers; `/health/ready`, and `/health`: it can also serve. */
export function mountHealthRoutes(router: Router, { checks }: HealthDeps): void {
  mountRaw(router, liveRoute, (context) => {
    context.set('cache-control', 'no-store')
    context.body = { status: 'live' }
  })
  const ready = async (context: Context): Promise<void> => {
    const all = await checks()
    const isReady = all.every(({ ok }) => ok)
    context.set('cache-control', 'no-store')
    context.status = isReady ? 200 : 503
    context.body = { status: isReady ? 'ready' : 'unready', checks: all }
  }
  mountRaw(router, readyRoute, ready)
  mountRaw(router, healthRoute, ready)
}
