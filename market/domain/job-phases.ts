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
  fell: { from: ['queued'], to: ['queued'] },
  offered: { from: alive, to: alive },
  completed: { from: ['leased'], to: ['completed'] },
  failed: { from: ['leased'], to: ['failed'] },
  cancelled: { from: alive, to: ['cancelled'] },
  expired: { from: alive, to: ['expired'] },
}

/** Whether a job in a phase may have this happen to it. */
export function isLegalMove(
  from: EncodingPhase | null,
  { type, phase }: { readonly type: EncodingEventType; readonly phase: EncodingPhase },
): boolean {
  const move = moves[type]
  const isSteady = type === 'offered'
  return move.from.includes(from) && move.to.includes(phase) && (!isSteady || from === phase)
}

const endedPhases = Phases.options.filter((phase) => !alive.some((living) => living === phase))

export function isEnded(phase: EncodingPhase): boolean {
  return endedPhases.includes(phase)
}
