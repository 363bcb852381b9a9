import { z } from 'zod'
import { MilliHbd } from '../amount.ts'
import { PartRange } from '../grid.ts'
import { ChainTime, HiveAccount, JobId } from '../ids.ts'
import { Progress } from '../progress.ts'
import { defineRoute } from '../route.ts'
import { MarketJobPhase } from './market-phase.ts'
import { noBody } from './paging.ts'

/** What of a whole video a job is about. */
export const RangeOfWhole = z.strictObject({
  ...PartRange.shape,
  /** The creator's own name of the whole, which the jobs of its ranges share. */
  whole: JobId,
  /** Parts that the whole has. */
  of: z.int().min(1),
})
export type RangeOfWhole = z.infer<typeof RangeOfWhole>

/** Jobs of one whole that are told at the most: as many ranges as there can be, each offered as often as it is. */
export const mostRangeJobs = 500

export const wholeRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/market/wholes/:whole',
  summary:
    'A video that is sold in ranges: the jobs of each range in the order of the video, the earliest offer first.',
  params: z.strictObject({ whole: JobId }),
  body: noBody,
  reply: z.strictObject({
    whole: JobId,
    creator: HiveAccount,
    /** Parts that it has. */
    parts: z.int().min(1),
    offeredAt: ChainTime,
    /** What encoders were promised, or have had, for the jobs that were not given back. */
    price: MilliHbd,
    ranges: z
      .array(
        z.strictObject({
          ...PartRange.shape,
          jobs: z
            .array(
              z.strictObject({
                job: JobId,
                phase: MarketJobPhase,
                ceiling: MilliHbd,
                /** Who was awarded it, and for how much; null before. */
                encoder: HiveAccount.nullable(),
                price: MilliHbd.nullable(),
                /** What the encoder had in the end; null before that. */
                paid: MilliHbd.nullable(),
                isDisputed: z.boolean(),
                /** What its encoder says lately of how far it is. */
                progress: Progress.nullable(),
              }),
            )
            .readonly(),
        }),
      )
      .readonly(),
  }),
})
