import { formatHbd } from '#protocol/amount.ts'
import type { BidView } from '#protocol/api/bid-view.ts'
import type { JobBids } from '#protocol/api/control.ts'
import type { Palette } from '../supervisor/palette.ts'
import { timeText } from './time-text.ts'

/** The bids for a job as a person compares them: what each asks, what that comes to all in all, and why. */
export function bidLines(
  { job, phase, mode, awarded, choiceUntil, bids, record }: JobBids,
  paint: Palette,
): readonly string[] {
  const width = Math.max(...bids.map(({ encoder }) => encoder.length + 1), 'encoder'.length)
  const head = `     ${'encoder'.padEnd(width)}  ${'price'.padStart(12)}  ${'all in all'.padStart(12)}  speed  ready by`
  return [
    `${paint.strong(job)}  ${phase}, ${whoChooses[mode]}`,
    ...(bids.length === 0
      ? [`  ${noBids(record)}`]
      : [paint.dim(head), ...bids.flatMap((bid) => linesOf(bid, { width, paint, awarded }))]),
    ...(choiceUntil === null
      ? []
      : [
          '',
          `Your choice is wanted until ${timeText(choiceUntil)}: spk-encoder job award ${job} ENCODER`,
        ]),
  ]
}

/** Sealed bids can be counted before anybody can read them. */
function noBids({ offer, seals }: JobBids['record']): string {
  if (seals.length === 0 || offer.sealedUntil === undefined) return 'No encoder has bid so far.'
  return `${seals.length} sealed, to be opened from ${timeText(offer.sealedUntil)} on.`
}

const whoChooses = {
  automatic: 'the node chooses',
  ask: 'you choose, else the node does',
  manual: 'you choose',
} as const

type Row = { readonly width: number; readonly paint: Palette; readonly awarded: string | null }

function linesOf(
  { bid, encoder, price, speed, readyBy, cost, rank, why }: BidView,
  { width, paint, awarded }: Row,
): readonly string[] {
  const place = bid === awarded ? paint.good('  ✓') : String(rank ?? '-').padStart(3)
  const name = `@${encoder}`.padEnd(width)
  const allInAll = rank === null ? '' : formatHbd(cost.allInAll)
  const figures = `${formatHbd(price).padStart(12)}  ${allInAll.padStart(12)}  ${(speed / 1_000).toFixed(1).padStart(4)}x  ${timeText(readyBy)}`
  return [`${place}  ${name}  ${figures}`, paint.dim(`     ${' '.repeat(width)}  ${why}`)]
}
