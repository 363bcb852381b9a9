import { z } from 'zod'
import { MilliHbd } from './amount.ts'
import { Codec } from './recipe.ts'

const Percent = z.int().min(0).max(1_000)

/** How an encoder's price follows what a job asks of it and how busy it is, besides what a minute of each rendition costs. */
export const PriceTerms = z.strictObject({
  /** What any job costs at the least. */
  minimum: MilliHbd.optional(),
  /** Percent of what a codec costs by its measured speed; 100 where nothing is said. */
  codecs: z.partialRecord(Codec, Percent.min(1)).default({}),
  /** The most that is added, in percent, the busier the machine is: with no job and no other offer nothing, with ever more all of it. */
  loadPercent: Percent.default(0),
  /** The most that is added, in percent, for a deadline that leaves no time but what is promised; nothing where that is half of it or less. */
  urgencyPercent: Percent.default(0),
})
export type PriceTerms = z.infer<typeof PriceTerms>

/** An operator's price list: a file of JSON. What it does not name is as usual. */
export const PriceList = PriceTerms.extend({
  /** A minute of each rendition, as the registry publishes it. */
  perMinute: z.partialRecord(z.enum(['1080p', '720p', '480p']), MilliHbd).default({}),
})
export type PriceList = z.infer<typeof PriceList>
