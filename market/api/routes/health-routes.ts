import type Router from '@koa/router'

/** Whether something that this server needs works; `detail` is for the operator. */
export type Check = { readonly name: string; readonly ok: boolean; readonly detail: string }

export type HealthDeps = { readonly checks: () => Promise<readonly Check[]> }

/** `/health/live`: the process answers; `/health/ready`, and `/health`: it can also serve. */
export function mountHealthRoutes(router: Router, { checks }: HealthDeps): void {
  router.get('/health/live', (context) => {
    context.set('cache-control', 'no-store')
    context.body = { status: 'live' }
  })
  router.get(['/health', '/health/ready'], async (context) => {
    const all = await checks()
    const isReady = all.every(({ ok }) => ok)
    context.set('cache-control', 'no-store')
    context.status = isReady ? 200 : 503
    context.body = { status: isReady ? 'ready' : 'unready', checks: all }
  })
}
