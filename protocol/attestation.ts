import { z } from 'zod'
import { Cid, JobId, Sha256Hex } from './ids.ts'

/** Faults that a statement names at most: enough to act upon, and short enough for the chain. */
export const mostFaults = 16

export const Verdict = z.enum(['pass', 'fail'])
export type Verdict = z.infer<typeof Verdict>

/**
 * What was measured where bytes cannot be compared, in thousandths of its unit (levels, decibels, seconds, shares):
 * figures of different builds differ in the last digits, and whole numbers have one wire form.
 */
export const FaultFigure = z.enum([
  'similarity-loss',
  'worst-similarity-loss',
  'noise-gain',
  'chroma-noise-gain',
  'detail-ratio',
  'frozen-share',
  'black-share',
  'tile-peak',
  'tile-lasting',
  'shift-gain',
  'bytes-ratio',
  'correlation',
  'worst-correlation',
  'shift-seconds',
  'level-difference',
  'silent-share',
])
export type FaultFigure = z.infer<typeof FaultFigure>

/** One reason for a `fail`, short enough for the chain; the evidence is found by its CID. */
export const Fault = z.strictObject({
  code: z.enum([
    'unavailable',
    'delivered-late',
    'manifest-invalid',
    'manifest-differs-from-offer',
    'merkle-root-differs',
    'tree-differs-from-manifest',
    'segment-invalid',
    'bitrate-out-of-bounds',
    'extra-invalid',
    'subtitles-differ',
    'bytes-differ',
    'picture-undecodable',
    'picture-differs',
    'picture-black',
    'picture-frozen',
    'picture-shifted',
    'quality-low',
    'colours-differ',
    'detail-lost',
    'sound-undecodable',
    'sound-differs',
    'sound-silent',
    'sound-shifted',
  ]),
  /** Rendition and index of the leaf at fault, absent where the whole tree is. */
  rendition: z.string().max(5).optional(),
  segment: z.int().min(0).optional(),
  /** The evidence of a fault that was measured: the figure, and the limit it is beyond. */
  evidence: z.strictObject({ figure: FaultFigure, measured: z.int(), limit: z.int() }).optional(),
})
export type Fault = z.infer<typeof Fault>

/** `job.attest`: what a check of a delivery found. The creator's one reveals the salt, so that anyone can recompute the sample. */
export const JobAttest = z.strictObject({
  v: z.literal(1),
  t: z.literal('job.attest'),
  job: JobId,
  root: Cid,
  verdict: Verdict,
  /** Empty in an arbiter's statement about a disputed delivery whose creator has not revealed it: the beacon alone then draws. */
  salt: z.union([Sha256Hex, z.literal('')]),
  /** Seed of the challenge and the leaves it drew, in falling order of surprise: as drawn. */
  seed: Sha256Hex,
  challenged: z.array(z.int().min(0)).max(64).readonly(),
  faults: z.array(Fault).max(mostFaults).readonly(),
})
export type JobAttest = z.infer<typeof JobAttest>
