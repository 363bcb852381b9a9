import { z } from 'zod'
import { EncodingJobId } from '../encoding-job.ts'
import { defineRoute } from '../route.ts'
import { JobEventView } from './jobs.ts'
import { noBody, none, wholeNumber } from './paging.ts'

const job = EncodingJobId.optional()

/** Server-sent events; the answer goes on until one of the two leaves. */
export const eventStreamRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/events',
  summary:
    'What happens to all jobs, or to one, as it happens: server-sent events whose id is the sequence, event the type, and data such a text.',
  params: none,
  query: z.strictObject({ job }),
  headers: z.object({
    /** Resumes behind the event of this sequence; empty as if it were absent. */
    'last-event-id': z
      .string()
      .regex(/^\d{0,15}$/)
      .optional(),
  }),
  body: noBody,
  reply: JobEventView,
  answers: [
    { status: 200, description: 'Events.', type: 'text/event-stream', schema: JobEventView },
  ],
})

/** The same by WebSocket. */
export const eventSocketRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/events/socket',
  summary: 'The same by WebSocket, one JSON text for each; `after` is a sequence to resume behind.',
  params: none,
  query: z.strictObject({ job, after: wholeNumber(0).optional() }),
  body: noBody,
  reply: JobEventView,
  answers: [{ status: 101, description: 'To a request that asks for a WebSocket (RFC 6455).' }],
})
