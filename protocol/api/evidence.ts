import { z } from 'zod'
import { MilliHbd } from '../amount.ts'
import { Verdict } from '../attestation.ts'
import { BlockHeight, ChainTime, HiveAccount, JobId } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { noBody, pageOf, pageQuery } from './paging.ts'
import { Whole } from './standing.ts'
import { AccountParams, StandingRole } from './standing-role.ts'

const Point = z.strictObject({ height: BlockHeight, time: ChainTime, transaction: z.string() })

export const evidenceRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/reputation/:account/evidence',
  summary: 'The jobs that a standing follows from, the newest first, with their transactions.',
  params: AccountParams,
  query: z.strictObject({ ...pageQuery, role: StandingRole.default('encoder') }),
  body: noBody,
  reply: pageOf(
    'evidence',
    z.strictObject({
      job: JobId,
      counterpart: HiveAccount.nullable(),
      at: Point,
      /** Micro-HBD, before they fade. */
      good: Whole,
      fault: Whole,
      marks: z.array(z.string()).readonly(),
      /** Each transaction that it follows from, and what that did. */
      links: z.array(z.strictObject({ what: z.string(), at: Point })).readonly(),
      /** The job's award, and what each side had in the end; null where it did not come to that. */
      price: MilliHbd.nullable(),
      toEncoder: MilliHbd.nullable(),
      toCreator: MilliHbd.nullable(),
      stars: z.int().nullable(),
      /** What those who checked the delivery said of it, the first first. */
      attestations: z
        .array(
          z.strictObject({
            by: HiveAccount,
            at: Point,
            verdict: Verdict,
            /** How many leaves were looked at, and what was found amiss. */
            leaves: z.int(),
            faults: z.array(z.string()).readonly(),
          }),
        )
        .readonly(),
      /** Who disputed it, and what the arbiter found; null in `verdict` where it said nothing. */
      dispute: z
        .strictObject({
          by: HiveAccount,
          at: Point,
          verdict: Verdict.nullable(),
          faults: z.array(z.string()).readonly(),
        })
        .nullable(),
    }),
  ),
})
