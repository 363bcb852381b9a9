import { z } from 'zod'
import { MilliHbd } from './amount.ts'
import { FrameGrid } from './grid.ts'
import { ChainTime, Cid, HiveAccount, JobId, Sha256Hex } from './ids.ts'
import { Ladder, RenditionName } from './ladder.ts'
import { canMake, Recipe } from './recipe.ts'

/** The creator's file, as its bids need it. */
const OfferedSource = z.strictObject({
  cid: Cid,
  bytes: z.int().min(1),
  /** Size in square pixels with rotation applied: what a viewer sees. */
  width: z.int().min(1).max(16_384),
  height: z.int().min(1).max(16_384),
  /** FFmpeg's name of the video codec, so that an encoder can tell whether it can decode it. */
  codec: z.string().min(1).max(32),
  /** Index of the video stream to encode; it is not always the first (cover art). */
  videoStream: z.int().min(0).max(255),
  /** Index of the audio stream to encode, absent for a silent source. */
  audioStream: z.int().min(0).max(255).optional(),
})

/** `job.offer`: a request to encode with a price ceiling. Everything an encoder's bytes depend on stands in it. */
export const JobOffer = z
  .strictObject({
    v: z.literal(1),
    t: z.literal('job.offer'),
    job: JobId,
    source: OfferedSource,
    /** Of the whole video; its range, where there is one, is what of it this job is about. */
    grid: FrameGrid,
    /** The creator's own name of the whole, which the jobs of its ranges share. */
    whole: JobId.optional(),
    recipe: Recipe,
    ladder: Ladder,
    /** The rendition that is the source's own video, copied and not encoded; the grid's segments are then its own. */
    copied: RenditionName.optional(),
    ceiling: MilliHbd,
    /** The award comes then, or earlier. Later bids are for a creator that heard none in time, or whose award came to nothing. */
    bidsUntil: ChainTime,
    /**
     * Until then bids come sealed, from then on they are opened; earlier than `bidsUntil`. Absent where bids are open: the bytes of such an
     * offer are what they would be without this.
     */
    sealedUntil: ChainTime.optional(),
    deliverBy: ChainTime,
    /** Escrow agents the creator accepts, best first. */
    arbiters: z.array(HiveAccount).min(1).max(8).readonly(),
    /** Commits the creator to its part of the challenge's seed before the encoder commits to its bytes. */
    saltHash: Sha256Hex,
  })
  .refine((offer) => canMake(offer.recipe, offer), 'the recipe cannot make this ladder')
  .refine(
    ({ whole, grid }) => (whole === undefined) === (grid.range === undefined),
    'a job of a range names the whole, and no other does',
  )
  .refine(
    ({ copied, grid }) => copied === undefined || grid.range === undefined,
    'what is copied is not sold in ranges',
  )
export type JobOffer = z.infer<typeof JobOffer>

/** `job.cancel`: withdraws an offer that was not awarded. */
export const JobCancel = z.strictObject({
  v: z.literal(1),
  t: z.literal('job.cancel'),
  job: JobId,
})
export type JobCancel = z.infer<typeof JobCancel>
