import { formatHbd } from '#protocol/amount.ts'
import type { Consideration } from '#protocol/api/control.ts'
import type { Palette } from '../supervisor/palette.ts'

/** Offers, one a line: what was bid for each and why, or why nothing was. */
export function offerLines(offers: readonly Consideration[], paint: Palette): readonly string[] {
  if (offers.length === 0) return ['This node has heard of no offer since it started.']
  return offers.map(({ job, ceiling, price, reason }) => {
    const answer = price === null ? paint.dim('no bid') : paint.good('bid')
    return `${job}  ${paint.dim(`up to ${formatHbd(ceiling)}`)}  ${answer}  ${reason}`
  })
}
