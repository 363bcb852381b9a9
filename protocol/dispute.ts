import { z } from 'zod'
import { Cid, JobId } from './ids.ts'

/** Characters of a statement: what can be said of one job, and no more than the chain should carry for it. */
export const longestStatement = 1_000

/** Of the basic plane: no controls of C1, no direction, no separators of lines, no halves of surrogate pairs. */
const beyondAscii =
  '\\u00a1-\\u061b\\u061d-\\u200d\\u2010-\\u2027\\u202f-\\u2065\\u206a-\\ud7ff\\ue000-\\uffff'
const beyondPlane = '\\u{10000}-\\u{10ffff}'
const plain = new RegExp(
  `^[!-~${beyondAscii}${beyondPlane}][\\n -~${beyondAscii}${beyondPlane}]*$`,
  'u',
)

/**
 * What a party of a disputed job says, for its arbiter and everybody to read. It begins with something visible, and has no control characters
 * but line breaks, and none that turn the direction of text: it is shown in terminals and beside other words.
 */
export const Statement = z
  .string()
  .max(longestStatement)
  .refine((text) => plain.test(text), 'not a plain text')
  .meta({ pattern: `^[!-~${beyondAscii}][\\n -~${beyondAscii}]*$` })
export type Statement = z.infer<typeof Statement>

/**
 * `job.evidence`: what the creator or the encoder of a disputed job has to say, each once. It decides nothing: the arbiter's own check does.
 * Signed with the active key, so that it stands in the transaction of the dispute itself and a wallet asks once.
 */
export const JobEvidence = z.strictObject({
  v: z.literal(1),
  t: z.literal('job.evidence'),
  job: JobId,
  text: Statement,
  /** What shows it, such as a picture or a recording, kept by whoever says so. */
  evidence: Cid.optional(),
})
export type JobEvidence = z.infer<typeof JobEvidence>
