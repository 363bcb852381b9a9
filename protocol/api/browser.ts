import { z } from 'zod'
import { EncodingJobId } from '../encoding-job.ts'
import { FrameGrid } from '../grid.ts'
import { Cid } from '../ids.ts'
import { Rendition } from '../ladder.ts'
import { defineRoute } from '../route.ts'
import { lease } from './agent.ts'
import { EncoderId } from './encoders.ts'
import { JobView } from './jobs.ts'
import { Moment } from './moment.ts'
import { none, wholeNumber } from './paging.ts'

/** A tab hands in pictures and sound apart, as every tree has them. */
export const Track = z.enum(['video', 'audio'])
export type Track = z.infer<typeof Track>

/** No segment that a tab makes comes near it: four seconds of 480p, and the slack that caps allow. */
const segmentBytesLimit = 8 * 1024 * 1024

/** Everything a tab has to know to encode a job it has claimed: what the server measured of the source, and where each frame belongs. */
export const BrowserPlan = z.strictObject({
  source: z.strictObject({
    cid: Cid,
    bytes: z.int().min(1),
    /** Degrees clockwise by which the stored pictures are to be turned. */
    turn: z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]),
    /** How the numbers of its pictures are to be read; the tree's are BT.709 in limited range. */
    matrix: z.enum(['bt709', 'bt601']),
    isFullRange: z.boolean(),
  }),
  grid: FrameGrid,
  rendition: Rendition,
  /** AAC frames in each segment, the first of which primes the decoder; null for a silent source. */
  audioFrames: z.array(z.int().min(1)).readonly().nullable(),
  /** Segments of the pictures that came in an earlier attempt and need not come again. */
  finished: z.array(z.int().min(0)).readonly(),
})
export type BrowserPlan = z.infer<typeof BrowserPlan>

export const browserPlanRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/browser/plan',
  summary: 'Ask how a job that a tab has claimed is to be encoded, and what of it is here.',
  params: none,
  body: z.strictObject(lease),
  reply: BrowserPlan,
})

export const putSegmentRoute = defineRoute({
  method: 'PUT',
  path: '/api/encoding/browser/jobs/:jobId/:track/:segment',
  summary: 'Hand in a segment of a claimed job as a transport stream; renews the lease.',
  params: z.strictObject({
    jobId: EncodingJobId,
    track: Track,
    segment: wholeNumber(0, 9_999),
  }),
  query: z.strictObject({
    encoderId: EncoderId,
    fencingToken: wholeNumber(1),
  }),
  body: z.instanceof(Uint8Array),
  bodyBytes: segmentBytesLimit,
  reply: z.strictObject({ leaseExpiresAt: Moment }),
})

export const completeBrowserRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/browser/complete',
  summary:
    'Say that every segment of a claimed job is here: the server makes the tree, checks it against the source, and completes or fails the job.',
  params: none,
  body: z.strictObject({ ...lease, processingTimeSec: z.number().min(0).max(10_000_000) }),
  /** The job as it is while the check goes on. */
  reply: JobView,
})
