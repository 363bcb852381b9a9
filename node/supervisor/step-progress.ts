import type { JobEvent } from '#protocol/job-event.ts'
import { formatEta } from './format.ts'

/** How far a step is, with what is being done in words. */
export type StepProgress = { readonly percent: number; readonly label: string }

type Span = readonly [from: number, to: number]
type WorkEvent = Extract<JobEvent, { readonly type: 'progress' }>
type CheckEvent = Extract<JobEvent, { readonly type: 'check-progress' }>

/** The part of the whole step that each stage is, in percent: about what it takes of the time. */
const workSpans: { readonly [S in WorkEvent['stage']]: Span } = {
  downloading: [0, 5],
  encoding: [5, 97],
  uploading: [97, 100],
}
const checkSpans: { readonly [S in CheckEvent['stage']]: Span } = {
  fetching: [0, 20],
  structure: [20, 35],
  'awaiting-seed': [35, 50],
  challenge: [50, 100],
}

const workLabels = {
  downloading: 'fetching the source',
  encoding: 'encoding',
  uploading: 'publishing the tree',
} as const
const checkLabels = {
  fetching: 'fetching the tree',
  structure: 'checking every segment',
  'awaiting-seed': 'waiting for the blocks that draw the sample',
  challenge: 'encoding the sample again',
} as const

/** The encoder's progress over all its stages. A part lost by a crash is encoded again, but the percent never falls back. */
export function workProgress(before: StepProgress | null, event: WorkEvent): StepProgress {
  const { stage, percent, speed, etaSeconds } = event
  const words = [
    workLabels[stage],
    ...(speed === undefined ? [] : [`${speed.toFixed(2)}x`]),
    ...(etaSeconds === undefined ? [] : [formatEta(etaSeconds)]),
  ]
  return { percent: advanced(before, workSpans[stage], percent), label: words.join(', ') }
}

/** The creator's progress over all stages of its check. Never falls back. */
export function checkProgress(
  before: StepProgress | null,
  { stage, percent }: CheckEvent,
): StepProgress {
  return { percent: advanced(before, checkSpans[stage], percent), label: checkLabels[stage] }
}

function advanced(before: StepProgress | null, [from, to]: Span, percent: number): number {
  const share = Math.max(0, Math.min(100, percent)) / 100
  return Math.max(before?.percent ?? 0, from + (to - from) * share)
}
