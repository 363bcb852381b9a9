import type { JobEvent } from '#protocol/job-event.ts'
import type { JobSteps } from './job-steps.ts'
import { currentStep, followJob, noSteps, stepNames } from './job-steps.ts'
import type { Palette } from './palette.ts'
import { stepLine } from './step-line.ts'

/** Percent between two lines about the same stage. */
const progressEvery = 10

/** Tells a job as lines: one when a step ends, and a few while it runs. */
export function followLines(
  print: (line: string) => void,
  paint: Palette,
): (event: JobEvent) => void {
  let steps: JobSteps = noSteps
  let told = ''
  let isTitled = false

  const tellProgress = (): void => {
    const name = currentStep(steps)
    const { progress } = steps[name]
    if (!progress) return
    const stage = progress.label.split(' ')[0] ?? ''
    const mark = `${name} ${stage} ${Math.floor(progress.percent / progressEvery)}`
    if (mark === told) return
    told = mark
    print(stepLine(name, steps[name], { paint, spinner: '…' }))
  }

  return (event) => {
    if (!isTitled) print(`Job ${event.job}`)
    isTitled = true
    const before = steps
    steps = followJob(steps, event)
    for (const name of stepNames) {
      const { status } = steps[name]
      const isOver = status === 'done' || status === 'failed'
      if (isOver && steps[name] !== before[name])
        print(stepLine(name, steps[name], { paint, spinner: '' }))
    }
    tellProgress()
  }
}
