import type { MilliHbd } from '#protocol/amount.ts'
import { formatHbd } from '#protocol/amount.ts'
import type { TopicTraffic } from '#protocol/api/control.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { MarketEvent } from '#protocol/market-event.ts'
import { clip } from '../supervisor/format.ts'
import type { Palette } from '../supervisor/palette.ts'
import { timeText } from './time-text.ts'

/** Where a job stands, as far as its events tell. */
type BoardRow = {
  readonly job: JobId
  readonly at: number
  readonly phase: Exclude<MarketEvent['type'], 'bid'>
  readonly bids: ReadonlyMap<HiveAccount, MilliHbd>
  /** What is to be said of it beside that. */
  readonly told: string
}
type Board = ReadonlyMap<JobId, BoardRow>

/** Lines and columns of the terminal. */
type Size = { readonly height: number; readonly width: number }

export const emptyBoard: Board = new Map()

/** A board after one more event; the job that it is about comes last. */
export function followMarket(board: Board, event: MarketEvent): Board {
  const { job, at } = event
  const row = board.get(job)
  const bids = new Map(row?.bids)
  if (event.type === 'bid') bids.set(event.encoder, event.price)
  const phase = event.type === 'bid' ? (row?.phase ?? 'offered') : event.type
  const told = event.type === 'bid' ? (row?.told ?? '') : toldOf(event)
  const next = new Map(board)
  next.delete(job)
  return next.set(job, { job, at, phase, bids, told })
}

/** One event in a line, for a pipe. */
export function eventLine(event: MarketEvent): string {
  const told =
    event.type === 'bid' ? `@${event.encoder} for ${formatHbd(event.price)}` : toldOf(event)
  return `${timeText(Math.floor(event.at / 1_000))}  ${event.job}  ${event.type}  ${told}`.trimEnd()
}

/** The latest jobs, one a line, and what came by gossip below them, in a picture of so many lines. */
export function boardLines(
  board: Board,
  topics: readonly TopicTraffic[],
  { paint, height, width: columns }: Size & { readonly paint: Palette },
): readonly string[] {
  const rows = [...board.values()].slice(-Math.max(1, height - topics.length - 4)).toReversed()
  const width = Math.max(3, ...rows.map(({ job }) => job.length))
  const heading = `${'JOB'.padEnd(width)}  ${'PHASE'.padEnd(9)}  BIDS  ${'BEST'.padEnd(11)}  WHAT`
  return [
    paint.strong(heading),
    ...(rows.length === 0 ? [paint.dim('No job yet.')] : []),
    ...rows.map((row) => rowLine(row, { width, columns, paint })),
    '',
    ...topics.map(({ topic, findings, sent, bytes }) => {
      const { good = 0, ...bad } = findings
      const refused = Object.values(bad).reduce((sum, count) => sum + count, 0)
      return paint.dim(
        `${topic.padEnd(9)} ${good} heard, ${refused} refused, ${sent} sent, ${Math.round(bytes / 1_000)} kB`,
      )
    }),
  ]
}

function rowLine(
  { job, phase, bids, told }: BoardRow,
  { width, columns, paint }: { width: number; columns: number; paint: Palette },
): string {
  const prices = [...bids.values()].toSorted((left, right) => (left < right ? -1 : 1))
  const [best] = prices
  const cheapest = best === undefined ? '' : formatHbd(best)
  const state = phase.padEnd(9)
  const rest = `${String(bids.size).padStart(4)}  ${cheapest.padEnd(11)}  ${told}`
  const left = Math.max(0, columns - width - state.length - 4)
  return `${job.padEnd(width)}  ${colourOf(phase, paint)(state)}  ${clip(rest, left)}`
}

function colourOf(phase: BoardRow['phase'], paint: Palette): (text: string) => string {
  if (phase === 'settled') return paint.good
  return phase === 'disputed' || phase === 'explained' || phase === 'cancelled'
    ? paint.bad
    : (text) => text
}

function toldOf(event: Exclude<MarketEvent, { type: 'bid' }>): string {
  switch (event.type) {
    case 'offered':
      return `up to ${formatHbd(event.ceiling)} by @${event.creator}`
    case 'cancelled':
      return ''
    case 'awarded':
      return `to @${event.encoder} for ${formatHbd(event.price)}`
    case 'accepted':
      return `by @${event.encoder}`
    case 'progress':
      return `@${event.encoder} ${event.stage} ${Math.round(event.percent)} %`
    case 'delivered':
      return `by @${event.encoder}`
    case 'disputed':
      return `by @${event.by}`
    case 'explained':
      return `@${event.by}: ${event.text.replaceAll('\n', ' ')}${event.evidence === null ? '' : ` (${event.evidence})`}`
    case 'settled':
      return `${formatHbd(event.toEncoder)} to @${event.encoder}, ${formatHbd(event.toCreator)} back`
  }
}
