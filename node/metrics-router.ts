import Router from '@koa/router'
import type { Metrics } from './metrics.ts'

/** `GET /metrics`, for Prometheus. */
export function createMetricsRouter(metrics: Pick<Metrics, 'text' | 'contentType'>): Router {
  const router = new Router()
  router.get('/metrics', async (context) => {
    context.set('content-type', metrics.contentType)
    context.body = await metrics.text()
  })
  return router
}
