import { ZodError, z } from 'zod'
import { MarketError } from '#market/errors.ts'

/** An error as its user reads it: a code for programs and one sentence. What nobody foresaw keeps its stack, to be reported. */
export function explain(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof MarketError) return { code: error.code, message: error.message }
  if (error instanceof ZodError) return { code: 'request-invalid', message: z.prettifyError(error) }
  return {
    code: 'internal',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  }
}
