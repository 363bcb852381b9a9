import { formatHbd } from '#protocol/amount.ts'
import type { PostedJob } from '#protocol/api/control.ts'
import type { Palette } from '../supervisor/palette.ts'
import { timeText } from './time-text.ts'

/** Jobs, one a line, with what became of them. */
export function jobLines(jobs: readonly PostedJob[], paint: Palette): readonly string[] {
  if (jobs.length === 0) return ['This node has posted no job yet: spk-encoder job post FILE.']
  const width = Math.max(...jobs.map(({ phase }) => phase.length))
  return jobs.map(({ job, phase, postedAt, ceiling, award, failure, standIn, range, ranges }) => {
    const told = award
      ? `@${award.encoder} for ${formatHbd(award.price)}`
      : `up to ${formatHbd(ceiling)}`
    const place = range ? paint.dim(`  parts ${partsText(range)} of ${range.whole}`) : ''
    const won = ranges ? `  ${ranges.won} of ${ranges.of} ranges` : ''
    const state = phase.padEnd(width)
    const shown = paintOf(phase, paint)(state)
    return `${job}  ${paint.dim(timeText(Math.floor(postedAt / 1_000)))}  ${shown}  ${failure ?? told}${won}${place}${standIn === null ? '' : paint.dim(`  ${standIn} stands in`)}`
  })
}

function partsText({ first, parts }: NonNullable<PostedJob['range']>): string {
  return parts === 1 ? `${first}` : `${first}–${first + parts - 1}`
}

function paintOf(phase: string, paint: Palette): (text: string) => string {
  if (phase === 'failed') return paint.bad
  return phase === 'paid' || phase === 'done' ? paint.good : (text) => text
}
