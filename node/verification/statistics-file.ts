import { z } from 'zod'

/** Likeness of one picture to another, 0 to 1, by plane. */
export const SimilarityLine = z.object({
  n: z.coerce.number().int(),
  Y: z.coerce.number(),
  U: z.coerce.number(),
  V: z.coerce.number(),
})
export type SimilarityLine = z.infer<typeof SimilarityLine>

/** Mean squared error of one picture against another, in squared levels, by plane. */
export const ErrorLine = z.object({
  n: z.coerce.number().int(),
  mse_y: z.coerce.number().nonnegative(),
  mse_u: z.coerce.number().nonnegative(),
  mse_v: z.coerce.number().nonnegative(),
})
export type ErrorLine = z.infer<typeof ErrorLine>

/** The same of pictures that have luma only. */
export const LumaErrorLine = ErrorLine.pick({ n: true, mse_y: true })
export type LumaErrorLine = z.infer<typeof LumaErrorLine>

/**
 * Reads what FFmpeg's `ssim` and `psnr` write for each picture: `n:1 Y:0.98 U:0.99 …`. Throws a ZodError for anything
 * that is not such a file: a figure that was misread must never accuse anybody.
 */
export function parseStatistics<S extends z.ZodType>(
  text: string,
  line: S,
): readonly z.output<S>[] {
  return text
    .split('\n')
    .filter((row) => row.trim() !== '')
    .map((row) => line.parse(Object.fromEntries(fieldsOf(row))))
}

function fieldsOf(row: string): readonly (readonly [string, string])[] {
  return row
    .trim()
    .split(/\s+/)
    .filter((field) => field.includes(':'))
    .map((field) => {
      const colon = field.indexOf(':')
      return [field.slice(0, colon), field.slice(colon + 1)] as const
    })
}
