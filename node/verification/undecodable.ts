import { MarketError } from '#market/errors.ts'
import type { Fault } from '#protocol/attestation.ts'
import type { LeafCheck, LeafFinding, LeafPlace } from './leaf.ts'

/**
 * What makes the measuring fail is the delivered segment only if the verifier's own can be measured in its place: a full
 * disk or a broken source ends the same process, and is nobody's fault. A process that has crashed has judged nothing, so it
 * is then tried again; but whoever delivers what breaks a filter, or crashes a decoder each time, must not escape by it either.
 */
export async function undecodableAsNull<T>(
  { signal }: LeafCheck,
  { delivered, reference }: { readonly delivered: string; readonly reference: string },
  measure: (delivered: string) => Promise<T | null>,
): Promise<T | null> {
  const first = await attempt(delivered, measure, signal)
  if ('figures' in first) return first.figures
  await measure(reference)
  if (first.hasJudged) return null
  const second = await attempt(delivered, measure, signal)
  return 'figures' in second ? second.figures : null
}

/** FFmpeg's own judgement of what it was given, which is an exit code, or a process that was ended before it had one. */
type Failure = { readonly hasJudged: boolean }

async function attempt<T>(
  delivered: string,
  measure: (delivered: string) => Promise<T | null>,
  signal: AbortSignal,
): Promise<Failure | { readonly figures: T | null }> {
  try {
    return { figures: await measure(delivered) }
  } catch (error) {
    signal.throwIfAborted()
    return failureOf(error)
  }
}

/** Throws what is neither: a process that could not run says nothing of anybody. */
function failureOf(error: unknown): Failure {
  if (!(error instanceof MarketError)) throw error
  const hasJudged = 'exitCode' in error.meta
  if (!hasJudged && !('exitSignal' in error.meta)) throw error
  return { hasJudged }
}

/** What is found of a segment that nobody can measure. */
export function unmeasured(
  code: Fault['code'],
  place: LeafPlace,
): Pick<LeafFinding, 'tier' | 'figures' | 'faults'> {
  return { tier: 'perceptual', figures: {}, faults: [{ code, ...place }] }
}
