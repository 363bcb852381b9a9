import { z } from 'zod'
import { EncodingJobId } from '../encoding-job.ts'
import { defineRoute } from '../route.ts'
import { Moment } from './jobs.ts'
import { noBody, none, wholeNumber } from './paging.ts'

/** Calls of encoders, signed with the secret of their job (Standard Webhooks). */
export const incomingWebhookPath = '/api/encoding/webhook'

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
