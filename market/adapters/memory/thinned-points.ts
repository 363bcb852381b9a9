import type { PointsQuestion, ScorePoint } from '../../ports/chain-queries.ts'

/** The points of a range, of more than were asked for those that were in force at even distances. */
export function thinned(
  all: readonly ScorePoint[],
  { from, to, points: most }: PointsQuestion,
): { readonly points: readonly ScorePoint[]; readonly isThinned: boolean } {
  const points = all.filter(({ height }) => height >= from && height <= to)
  const [first, last] = [points[0], points.at(-1)]
  if (points.length <= most || !first || !last) return { points, isThinned: false }
  const kept = new Set<ScorePoint>()
  let inForce = first
  let next = 0
  for (let step = 0; step < most; step += 1) {
    const height = first.height + Math.floor(((last.height - first.height) * step) / (most - 1))
    for (let point = points[next]; point && point.height <= height; point = points[next]) {
      inForce = point
      next += 1
    }
    kept.add(inForce)
  }
  return { points: [...kept], isThinned: true }
}
