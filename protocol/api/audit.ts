import { z } from 'zod'
import { Sha256Hex } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { Moment } from './moment.ts'
import { noBody, none, wholeNumber } from './paging.ts'

/** An entry of the log of who did what. Its hash covers it and the entry before. */
const AuditEntryView = z.strictObject({
  sequence: z.int().min(1),
  at: Moment,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  details: z.record(z.string(), z.unknown()),
  previousHash: Sha256Hex,
  hash: Sha256Hex,
})

export const auditRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/audit',
  summary: 'What the account that is signed in has done here, the newest first.',
  params: none,
  query: z.strictObject({
    limit: wholeNumber(1, 100).default(20),
    /** Sequence of the last entry of the page before. */
    before: wholeNumber(1).optional(),
  }),
  body: noBody,
  reply: z.strictObject({ entries: z.array(AuditEntryView).readonly() }),
})
