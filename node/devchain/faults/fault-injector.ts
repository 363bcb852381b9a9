import type { Errors, Failure, Faults } from './faults.ts'
import { createRandom } from './random.ts'

/** What befalls one call. */
type Strike = {
  readonly delayMs: number
  readonly failure: Failure | 'refused' | null
  /** The call is carried out, but its connection ends without an answer. */
  readonly isCut: boolean
}

export interface FaultInjector {
  readonly faults: Faults
  /** Replaces all faults; counts and seeds start over. */
  set(faults: Faults): void
  /** Decides about one call, and counts it. */
  strike(method: string): Strike
}

const spared: Strike = { delayMs: 0, failure: null, isCut: false }

/** Faults never touch `devchain_api`, so that they can always be cleared. */
export function createFaultInjector(): FaultInjector {
  let faults: Faults = {}
  let nextFails = createFailures(undefined)
  let answersToSwallow = 0
  return {
    get faults() {
      return faults
    },
    set: (replacement) => {
      faults = replacement
      nextFails = createFailures(replacement.errors)
      answersToSwallow = replacement.swallow_answers ?? 0
    },
    strike: (method) => {
      if (method.startsWith('devchain_api.')) return spared
      const isBroadcast = method.endsWith('.broadcast_transaction')
      const refused = isBroadcast && faults.refuse_broadcasts === true ? 'refused' : null
      if (!matches(faults.methods, method)) return { ...spared, failure: refused }
      const failure = nextFails() ?? refused
      const isCut = isBroadcast && failure === null && answersToSwallow > 0
      if (isCut) answersToSwallow -= 1
      return { delayMs: faults.delay_ms ?? 0, failure, isCut }
    },
  }
}

function matches(patterns: readonly string[] | undefined, method: string): boolean {
  if (patterns === undefined) return true
  const api = method.slice(0, method.indexOf('.'))
  return patterns.includes(method) || patterns.includes(`${api}.*`)
}

/** Says of one call after another whether and how it fails. */
function createFailures(errors: Errors | undefined): () => Failure | null {
  if (errors === undefined) return () => null
  if ('rate' in errors) {
    const random = createRandom(errors.seed)
    return () => (random() < errors.rate ? errors.as : null)
  }
  let left = errors.next
  return () => {
    left -= 1
    return left >= 0 ? errors.as : null
  }
}
