import type { JobSteps } from './job-steps.ts'
import { currentStep, followJob, noSteps, stepNames } from './job-steps.ts'
import { outcomeLines } from './outcome-lines.ts'
import { createPalette } from './palette.ts'
import { stepLine } from './step-line.ts'
import type { MarketView } from './view.ts'

/** Percent between two lines about the same stage. */
const progressEvery = 10

/** Where a view writes: its story, and what went wrong. */
export type Streams = { readonly out: NodeJS.WriteStream; readonly err: NodeJS.WriteStream }

/** The market's story as lines, for a pipe or a log file: a line when a step ends, and a few while it runs. */
export function createLineView({ out, err }: Streams): MarketView {
  const paint = createPalette(out)
  const print = (line: string): void => {
    out.write(`${line}\n`)
  }
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

  return {
    child: (event) => {
      if (event.type === 'ready') print(`${event.name} is up at ${event.url}`)
      if (event.type === 'died') print(`${event.name} died (${event.how}) and is started again`)
    },
    note: print,
    api: (url) => print(`The market's API is at ${url}`),
    job: (event) => {
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
    },
    finish: (outcome) => {
      for (const line of outcomeLines(outcome, paint)) print(line)
    },
    idle: () => print('The market stays up; Ctrl-C stops everything.'),
    stopping: () => print('Stopping everything.'),
    fail: ({ code, message }) => {
      err.write(`${code}: ${message}\n`)
    },
    close: () => undefined,
  }
}
