import { z } from 'zod'
import { EncodingJobId } from '../encoding-job.ts'
import { defineRoute } from '../route.ts'
import { IncomingWebhook } from '../webhook.ts'
import { Moment } from './moment.ts'
import { noBody, none, wholeNumber } from './paging.ts'

/** Calls of encoders, signed with the secret of their job (Standard Webhooks). */
export const incomingWebhookRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/webhook',
  summary: 'Tell of a job, signed with its secret (Standard Webhooks); repeated calls do nothing.',
  params: none,
  headers: z.object({
    'webhook-id': z.string().min(1).max(128),
    /** Seconds since 1970. */
    'webhook-timestamp': z.string().regex(/^\d{1,12}$/, 'not seconds since 1970'),
    'webhook-signature': z.string().min(1),
  }),
  body: IncomingWebhook,
  reply: z.strictObject({ reception: z.enum(['applied', 'repeated']) }),
})

const DeliveryPhase = z.enum(['due', 'delivered', 'dead'])
const DeliveryParams = z.strictObject({ id: z.uuid() })

export const deliveriesRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/webhooks/deliveries',
  summary: "Calls to the account's own webhooks, the newest first.",
  params: none,
  query: z.strictObject({
    limit: wholeNumber(1, 100).default(20),
    after: z.uuid().optional(),
    job: EncodingJobId.optional(),
    phase: DeliveryPhase.optional(),
  }),
  body: noBody,
  reply: z.strictObject({
    deliveries: z
      .array(
        z.strictObject({
          id: z.uuid(),
          job: z.string().nullable(),
          sequence: z.int(),
          type: z.string(),
          url: z.string(),
          body: z.string(),
          phase: DeliveryPhase,
          tries: z.int(),
          nextTryAt: Moment.nullable(),
          lastStatus: z.int().nullable(),
          lastLatencyMs: z.int().nullable(),
          lastAnswer: z.string().nullable(),
          lastError: z.string().nullable(),
          createdAt: Moment,
          finishedAt: Moment.nullable(),
        }),
      )
      .readonly(),
  }),
})

export const deliveryTriesRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/webhooks/deliveries/:id/tries',
  summary: 'The log of one such call.',
  params: DeliveryParams,
  body: noBody,
  reply: z.strictObject({
    tries: z
      .array(
        z.strictObject({
          number: z.int(),
          at: Moment,
          status: z.int().nullable(),
          latencyMs: z.int(),
          answer: z.string().nullable(),
          error: z.string().nullable(),
        }),
      )
      .readonly(),
  }),
})

export const redeliverRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/webhooks/deliveries/:id/redeliver',
  summary: 'Make such a call again, at once.',
  params: DeliveryParams,
  body: z.strictObject({}).optional(),
  reply: none,
})
