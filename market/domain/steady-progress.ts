import type { Stage } from '#protocol/progress.ts'
import { Stage as stages } from '#protocol/progress.ts'
import type { Clock } from '../ports/clock.ts'
import type { WorkProgress } from '../ports/processing.ts'
import { overallProgress } from './stage-progress.ts'

export type JobProgress = WorkProgress & {
  /** 0 to 100 over all stages, never falling. */
  readonly overall: number
}

/**
 * Tells progress that only ever goes on: a report of an earlier stage, or of less of the same one, is told as what is known already.
 * A stage that cannot say how long it will take is told by how long it has taken.
 */
export function createSteadyProgress(
  { now }: Clock,
  tell: (progress: JobProgress) => void,
): (progress: WorkProgress) => void {
  let stage: Stage = 'downloading'
  let percent = 0
  let began = now()
  return (progress) => {
    if (placeOf(progress.stage) < placeOf(stage)) return
    if (progress.stage !== stage) {
      stage = progress.stage
      percent = 0
      began = now()
    }
    percent = Math.max(percent, progress.percent)
    const etaSeconds = progress.etaSeconds ?? etaOf(percent, now() - began)
    tell({
      ...progress,
      percent,
      ...(etaSeconds === undefined ? {} : { etaSeconds }),
      overall: overallProgress(stage, percent),
    })
  }
}

function placeOf(stage: Stage): number {
  return stages.options.indexOf(stage)
}

/** Seconds that are left of a stage, by its pace so far; undefined before there is one. */
function etaOf(percent: number, elapsedMs: number): number | undefined {
  if (percent <= 0 || elapsedMs <= 0) return undefined
  return Math.ceil((elapsedMs / 1_000) * ((100 - percent) / percent))
}
