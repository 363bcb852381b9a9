import type Router from '@koa/router'
import {
  deliveriesRoute,
  deliveryTriesRoute,
  incomingWebhookRoute,
  redeliverRoute,
} from '#protocol/api/webhooks.ts'
import { MarketError } from '../../errors.ts'
import type { WebhookStore } from '../../ports/webhook-store.ts'
import type { ReceivedCall, Reception } from '../../services/receive-webhook.ts'
import { mount, mountRaw } from '../mount.ts'
import { readBody } from '../read-body.ts'
import { signedIn } from './callers.ts'

export type WebhookRouteDeps = {
  readonly webhooks: WebhookStore
  readonly receiveWebhook: (call: ReceivedCall) => Promise<Reception>
  readonly now: () => number
}

export function mountWebhookRoute(router: Router, deps: WebhookRouteDeps): void {
  const { webhooks, receiveWebhook, now } = deps
  // What is signed are the bytes, before any parser.
  mountRaw(router, incomingWebhookRoute, async (context, { headers }) => {
    const reception = await receiveWebhook({ headers, body: await readBody(context.req) })
    context.body = { reception }
  })
  mount(router, deliveriesRoute, async ({ query, caller }) => {
    const { limit, after, job, phase } = query
    const deliveries = await webhooks.list(signedIn(caller), {
      limit,
      ...(after && { after }),
      ...(job && { job }),
      ...(phase && { phase }),
    })
    return { deliveries }
  })
  mount(router, deliveryTriesRoute, async ({ params, caller }) => {
    const tries = await webhooks.tries(signedIn(caller), params.id)
    if (!tries) throw unknownDelivery()
    return { tries }
  })
  mount(router, redeliverRoute, async ({ params, caller }) => {
    const isKnown = await webhooks.redeliver(signedIn(caller), params.id, new Date(now()))
    if (!isKnown) throw unknownDelivery()
    return {}
  })
}

function unknownDelivery(): MarketError {
  return new MarketError('not-found', 'There is no such call to a webhook of this account.')
}
