import { hbdText } from '#ui/shared/format.ts'
import type { Evidence, Score, ScorePoint } from './standing-words.ts'

/** Nano-HBD as an amount, its smallest part rounded down as the contracts do. */
export function nanoHbdText(nano: bigint): string {
  return hbdText(nano / 1_000_000n)
}

/** Micro-HBD as an amount. */
export function microHbdText(micro: bigint): string {
  return hbdText(micro / 1_000n)
}

export type ScoreLine = {
  /** Seconds since 1970, ascending. */
  readonly at: readonly number[]
  readonly scores: readonly number[]
  readonly low: readonly number[]
  readonly high: readonly number[]
}

/** What a chart of a score is drawn from: its points, and what it is now. */
export function scoreLine(
  points: readonly ScorePoint[],
  now: (Score & { readonly time: number }) | null,
): ScoreLine {
  const last = points.at(-1)?.time ?? Number.NEGATIVE_INFINITY
  const all: readonly (Score & { readonly time: number })[] =
    now && now.time > last ? [...points, now] : points
  return {
    at: all.map(({ time }) => time),
    scores: all.map(({ score }) => score),
    low: all.map(({ low }) => low),
    high: all.map(({ high }) => high),
  }
}

/** The block of the job that a moment of the line follows from; null before the first. */
export function heightBehind(points: readonly ScorePoint[], index: number): number | null {
  return points.slice(0, index + 1).findLast(({ isDeed }) => isDeed)?.height ?? null
}

/** What a score was once a job was counted, and by how much the block of that job had moved it; null where the point is not here. */
export function movedBy(
  { at }: Pick<Evidence, 'at'>,
  points: readonly ScorePoint[],
): { readonly score: number; readonly by: number | null } | null {
  const index = points.findIndex(({ height, isDeed }) => isDeed && height === at.height)
  const point = points[index]
  if (!point) return null
  const before = points[index - 1]
  return { score: point.score, by: before ? point.score - before.score : null }
}

/** `+12`, `−3` or `±0`. */
export function changeText(by: number): string {
  if (by === 0) return '±0'
  return by > 0 ? `+${by}` : `−${-by}`
}

export const evidenceKinds = ['all', 'held against it', 'disputed', 'checked'] as const
export type EvidenceKind = (typeof evidenceKinds)[number]

/** True where a job is one of those that were asked for. */
export function isOfKind({ marks, dispute, attestations }: Evidence, kind: EvidenceKind): boolean {
  switch (kind) {
    case 'all':
      return true
    case 'held against it':
      return marks.length > 0
    case 'disputed':
      return dispute !== null
    case 'checked':
      return attestations.length > 0
  }
}

/** Checks that passed, of all that were made of these jobs. */
export function checksOf(evidence: readonly Evidence[]): {
  readonly passed: number
  readonly all: number
  readonly leaves: number
} {
  const checks = evidence.flatMap(({ attestations }) => attestations)
  return {
    passed: checks.filter(({ verdict }) => verdict === 'pass').length,
    all: checks.length,
    leaves: checks.reduce((sum, { leaves }) => sum + leaves, 0),
  }
}

/** As much of a name as one may begin with; what no name has is left out. */
export function searchOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '')
    .slice(0, 16)
}
