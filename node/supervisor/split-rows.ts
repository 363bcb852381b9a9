import { formatHbd } from '#protocol/amount.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import { formatBar } from './format.ts'
import type { Palette } from './palette.ts'

/** One range of a video that is sold in ranges, as its creator sees it. */
type RangeRow = {
  readonly first: number
  readonly parts: number
  /** How often it was offered. */
  readonly offers: number
  readonly status: 'offered' | 'running' | 'won'
  readonly text: string
  readonly percent: number | null
}

/** All ranges, in the order of the video; empty for a job that is not sold in ranges. */
export type SplitRows = readonly RangeRow[]

/** What the rows are after an event; those of other jobs change nothing. */
export function followSplit(rows: SplitRows, event: JobEvent): SplitRows {
  switch (event.type) {
    case 'split':
      return event.ranges.map(({ first, parts }) => ({
        ...{ first, parts, offers: 1, status: 'offered', text: 'offered', percent: null },
      }))
    case 'range-progress': {
      const text = `${event.stage} @${event.encoder}`
      return changed(rows, event.first, (row) =>
        row.status === 'won' ? row : { ...row, status: 'running', text, percent: event.percent },
      )
    }
    case 'range-offered':
      return changed(rows, event.first, (row) => ({
        ...row,
        ...(event.because === 'failed' ? { status: 'offered', percent: null } : {}),
        offers: row.offers + 1,
        text: `offered again: ${event.reason}`,
      }))
    case 'range-won':
      return changed(rows, event.first, (row) => ({
        ...{ ...row, status: 'won', percent: null },
        text: `@${event.encoder} for ${formatHbd(event.paid)}`,
      }))
    default:
      return rows
  }
}

function changed(rows: SplitRows, first: number, change: (row: RangeRow) => RangeRow): SplitRows {
  return rows.map((row) => (row.first === first ? change(row) : row))
}

const barWidth = 16

/** A row as a line: which range, how far it is, and with whom. */
export function rangeLine(rows: SplitRows, place: number, paint: Palette): string {
  const row = rows[place]
  if (!row) return ''
  const width = String(rows.length).length
  const { first, parts, status, percent, offers } = row
  const mark = status === 'won' ? paint.good('✓') : ' '
  const name = `range ${String(place + 1).padStart(width)} of ${rows.length}`
  const of = paint.dim(`parts ${first}–${first + parts - 1}`)
  const bar =
    percent === null
      ? ''
      : `${formatBar(percent, barWidth)} ${Math.floor(percent).toString().padStart(3)} %  `
  const again = offers > 1 ? paint.dim(`  offer ${offers}`) : ''
  return ` ${mark} ${name}  ${of}  ${bar}${row.text}${again}`
}

/** Percent between two lines about the same range. */
const progressEvery = 10

/** Tells a split as lines: one when a range changes hands or ends, and a few while it runs. */
export function followSplitLines(
  print: (line: string) => void,
  paint: Palette,
): (event: JobEvent) => void {
  let rows: SplitRows = []
  const told = new Map<number, string>()
  return (event) => {
    rows = followSplit(rows, event)
    for (const [place, { status, text, percent, offers }] of rows.entries()) {
      const step = percent === null ? '' : Math.floor(percent / progressEvery)
      const mark = `${status} ${text} ${step} ${offers}`
      if (told.get(place) === mark) continue
      told.set(place, mark)
      print(rangeLine(rows, place, paint))
    }
  }
}
