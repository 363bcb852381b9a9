import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { noBody, none } from './paging.ts'

export const liveRoute = defineRoute({
  method: 'GET',
  path: '/health/live',
  summary: 'The process answers.',
  params: none,
  body: noBody,
  reply: z.strictObject({ status: z.literal('live') }),
})

const Readiness = z.strictObject({
  status: z.enum(['ready', 'unready']),
  checks: z
    .array(z.strictObject({ name: z.string(), ok: z.boolean(), detail: z.string() }))
    .readonly(),
})

const readiness = {
  method: 'GET',
  summary: 'What this server needs, and whether it works.',
  ...{ params: none, body: noBody, reply: Readiness },
  answers: [
    { status: 200, description: 'It can serve.', type: 'application/json', schema: Readiness },
    { status: 503, description: 'It cannot.', type: 'application/json', schema: Readiness },
  ],
} as const

export const readyRoute = defineRoute({ ...readiness, path: '/health/ready' })
export const healthRoute = defineRoute({ ...readiness, path: '/health' })

export const metricsRoute = defineRoute({
  method: 'GET',
  path: '/metrics',
  summary: 'Figures for Prometheus.',
  params: none,
  body: noBody,
  reply: z.string(),
  answers: [{ status: 200, description: 'Figures.', type: 'text/plain', schema: z.string() }],
})

export const descriptionRoute = defineRoute({
  method: 'GET',
  path: '/openapi.json',
  summary: 'This description.',
  params: none,
  body: noBody,
  reply: z.record(z.string(), z.unknown()),
})
