import { exponentialDelay } from '#market/domain/retry.ts'
import type { EndpointHealth } from '#protocol/api/control.ts'
import type { BlockHeight } from '#protocol/ids.ts'
import type { BlockSource } from './block-source.ts'
import { HttpStatusError } from './hive-endpoint.ts'

/** One endpoint among several, and how it has done so far. */
export type Witness = {
  readonly source: BlockSource
  /** The last height it called irreversible; null before its first answer. */
  height: BlockHeight | null
  grewAt: number
  /** Failures since its last good answer. */
  failures: number
  restsUntil: number
  /** Milliseconds an answer takes and the share of failures, recent ones counting most. */
  latencyMs: number
  failing: number
}

/** A failure may cost the other endpoints a whole timeout of waiting, so the rest after it is long. */
const restFactor = 10
/** How much of its standing an endpoint has from its last answer. */
const freshness = 0.2
/** An endpoint that fails every time is asked after one that is as many times slower. */
const failurePenalty = 20
/** Milliseconds that a block behind the others costs in the order. */
const lagPenaltyMs = 200

export function createWitness(source: BlockSource, now: number): Witness {
  return { source, height: null, grewAt: now, failures: 0, restsUntil: 0, latencyMs: 0, failing: 0 }
}

/** Notes an answer and how long it took. */
export function noteAnswer(witness: Witness, tookMs: number): void {
  witness.latencyMs += freshness * (tookMs - witness.latencyMs)
  witness.failing -= freshness * witness.failing
}

/** Notes a failure: the witness rests for longer each time, and for as long as it asked to be left alone. */
export function noteFailure(witness: Witness, error: unknown, now: number): void {
  witness.failures += 1
  witness.failing += freshness * (1 - witness.failing)
  const asked = error instanceof HttpStatusError ? (error.retryAfterMs ?? 0) : 0
  const delay = Math.max(restFactor * exponentialDelay(witness.failures), asked)
  witness.restsUntil = now + delay
}

export function noteHeight(witness: Witness, height: BlockHeight, now: number): void {
  if (witness.height === null || height > witness.height) witness.grewAt = now
  witness.height = height
}

/** The best first: quick, reliable, not behind. Equals stay in the order in which they were named. */
export function byHealth(witnesses: readonly Witness[]): readonly Witness[] {
  const highest = Math.max(...witnesses.map(({ height }) => height ?? 0))
  const cost = ({ latencyMs, failing, height }: Witness): number =>
    (latencyMs + 1) * (1 + failurePenalty * failing) + lagPenaltyMs * (highest - (height ?? 0))
  return witnesses.toSorted((left, right) => cost(left) - cost(right))
}

/** For whoever runs the node. */
export function healthOf(witness: Witness, now: number): EndpointHealth {
  const { source, height, latencyMs, failing, restsUntil } = witness
  return {
    url: source.url,
    height,
    latencyMs: Math.round(latencyMs),
    failing: Math.round(failing * 100) / 100,
    resting: restsUntil > now,
  }
}

/** True for an endpoint on this machine: whoever runs the node runs it too. */
export function isOwnMachine({ source }: Witness): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(source.url).hostname)
}
