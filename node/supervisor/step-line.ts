import { clip, formatBar } from './format.ts'
import type { Step, StepName } from './job-steps.ts'
import type { Palette } from './palette.ts'

const nameWidth = 8
const barWidth = 24
/** Narrower lines have a bar of half the width. */
const narrow = 90
const gap = '  '
const leastText = 12

export type LineOptions = {
  readonly paint: Palette
  /** What stands before a running step. */
  readonly spinner: string
  /** Characters that the line may take; what is said of the step is cut short for it. */
  readonly width?: number
}

/** One step: its state, what is to be said of it, how far it is, the block that made it true. */
export function stepLine(
  name: StepName,
  { status, text, block, progress }: Step,
  { paint, spinner, width = Number.POSITIVE_INFINITY }: LineOptions,
): string {
  const marks = {
    waiting: ' ',
    running: spinner,
    done: paint.good('✓'),
    failed: paint.bad('✗'),
  } as const
  const label = name.padEnd(nameWidth)
  const bar = progress
    ? `${formatBar(progress.percent, width < narrow ? barWidth / 2 : barWidth)} ${Math.floor(progress.percent).toString().padStart(3)} %${gap}${progress.label}`
    : ''
  const aside = block === null ? '' : `block ${block}`
  const taken = [' x ', label, bar, aside].filter((part) => part !== '').join(gap).length
  const said = clip(text, Math.max(leastText, width - taken - gap.length))
  const head = ` ${marks[status]} ${status === 'waiting' ? paint.dim(label) : label}`
  const parts = [head, status === 'failed' ? paint.bad(said) : said, bar, aside && paint.dim(aside)]
  return parts.filter((part) => part !== '').join(gap)
}
