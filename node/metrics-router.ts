import Router from '@koa/router'
import { mountRaw } from '#market/api/mount.ts'
import { metricsRoute } from '#protocol/api/health.ts'
import type { Metrics } from './metrics.ts'

/** `GET /metrics`, for Prometheus. */
export function createMetricsRouter(metrics: Pick<Metrics, 'text' | 'contentType'>): Router {
  const router = new Router()
  mountRaw(router, metricsRoute, async (context) => {
    context.set('content-type', metrics.contentType)
    context.body = await metrics.text()
  })
  return router
}
