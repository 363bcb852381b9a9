import Router from '@koa/router'
import { bearerToken, localHostOnly } from '#market/api/middleware.ts'
import { mount } from '#market/api/mount.ts'
import {
  collectPinsRoute,
  listPinsRoute,
  repairPinsRoute,
  verifyPinsRoute,
} from '#protocol/api/pins.ts'
import type { PinCare } from '../replication/pin-care.ts'

/** What a node keeps, for its owner, as the rest of control. */
export function createPinsRouter(care: PinCare, token: string): Router {
  const router = new Router()
  router.use('/control/pins', localHostOnly(), bearerToken(token))
  mount(router, listPinsRoute, () => care.list())
  mount(router, verifyPinsRoute, async ({ body, signal }) => ({
    trees: [...(await care.verify(body.samples, signal))],
  }))
  mount(router, repairPinsRoute, async ({ signal }) => ({
    trees: [...(await care.repair(signal))],
  }))
  mount(router, collectPinsRoute, () => care.collect())
  return router
}
