import type { EncodingEventType, EncodingPhase } from '#protocol/encoding-job.ts'
import { EncodingPhase as Phases } from '#protocol/encoding-job.ts'

type Move = {
  readonly from: readonly (EncodingPhase | null)[]
  readonly to: readonly EncodingPhase[]
}

const alive = ['queued', 'leased'] as const

/** What each event may turn into what; null is a job that is not there yet. */
const moves: Readonly<Record<EncodingEventType, Move>> = {
  submitted: { from: [null], to: ['queued'] },
  claimed: { from: ['queued'], to: ['leased'] },
  progress: { from: ['leased'], to: ['leased'] },
  released: { from: ['leased'], to: ['queued'] },
  retried: { from: ['leased'], to: ['queued'] },
  'lease-lost': { from: ['leased'], to: ['queued', 'failed'] },
  considered: { from: ['queued'], to: ['queued'] },
  /** From `leased` where the chain gave the money back. */
  fell: { from: alive, to: ['queued'] },
  offered: { from: alive, to: alive },
  awarded: { from: alive, to: ['leased'] },
  accepted: { from: alive, to: alive },
  reopened: { from: alive, to: ['queued'] },
  delivered: { from: alive, to: alive },
  attested: { from: alive, to: alive },
  disputed: { from: alive, to: alive },
  withdrawn: { from: alive, to: alive },
  /** From `queued` where the chain knows of an encoder's work whose lease here had run out. */
  completed: { from: alive, to: ['completed'] },
  /** From `queued` where nobody is left who could take it. */
  failed: { from: alive, to: ['failed'] },
  cancelled: { from: alive, to: ['cancelled'] },
  expired: { from: alive, to: ['expired'] },
}

/** They tell something of a job, and leave it in its phase. */
const steady: ReadonlySet<EncodingEventType> = new Set([
  'offered',
  'accepted',
  'delivered',
  'attested',
  'disputed',
  'withdrawn',
])

/** Whether a job in a phase may have this happen to it. */
export function isLegalMove(
  from: EncodingPhase | null,
  { type, phase }: { readonly type: EncodingEventType; readonly phase: EncodingPhase },
): boolean {
  const move = moves[type]
  return (
    move.from.includes(from) && move.to.includes(phase) && (!steady.has(type) || from === phase)
  )
}

const endedPhases = Phases.options.filter((phase) => !alive.some((living) => living === phase))

export function isEnded(phase: EncodingPhase): boolean {
  return endedPhases.includes(phase)
}
