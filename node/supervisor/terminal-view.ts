import { createLogUpdate } from 'log-update'
import type { ChildEvent } from './child.ts'
import { formatBar } from './format.ts'
import type { JobSteps, Step, StepName } from './job-steps.ts'
import { followJob, noSteps, stepNames } from './job-steps.ts'
import { outcomeLines } from './outcome-lines.ts'
import type { Palette } from './palette.ts'
import { createPalette } from './palette.ts'
import type { MarketView } from './view.ts'

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const
const frameMs = 100
const barWidth = 24

/** A live picture of the market on a terminal: its processes above, the steps of the job below. */
export function createTerminalView(stream: NodeJS.WriteStream): MarketView {
  const paint = createPalette(stream)
  const update = createLogUpdate(stream)
  const processes = new Map<string, string>()
  let note = ''
  let job: string | null = null
  let steps: JobSteps = noSteps
  let frame = 0

  const draw = (): void => {
    frame += 1
    const spinner = frames[frame % frames.length] ?? ''
    const lines = [
      ...processLines(processes, paint),
      '',
      ...(job ? jobLines(job, steps, spinner, paint) : [`${spinner} ${note}`]),
    ]
    update(lines.join('\n'))
  }
  const timer = setInterval(draw, frameMs)
  const settle = (): void => {
    clearInterval(timer)
    draw()
    update.done()
  }

  return {
    child: (event) => processes.set(event.name, describe(event)),
    note: (text) => {
      note = text
    },
    job: (event) => {
      job = event.job
      steps = followJob(steps, event)
    },
    finish: (outcome) => {
      settle()
      stream.write(
        outcomeLines(outcome, paint)
          .map((line) => `${line}\n`)
          .join(''),
      )
    },
    idle: () => stream.write(paint.dim('The market stays up; Ctrl-C stops everything.\n')),
    fail: ({ code, message }) => {
      settle()
      stream.write(`${paint.bad(`${code}:`)} ${message}\n`)
    },
    close: () => clearInterval(timer),
  }
}

function describe(event: ChildEvent): string {
  if (event.type === 'ready') return event.url
  if (event.type === 'died') return `${event.how}, starting again`
  return `starting (pid ${event.pid})`
}

function processLines(processes: ReadonlyMap<string, string>, paint: Palette): readonly string[] {
  return [...processes].map(([name, text]) => `  ${name.padEnd(16)} ${paint.dim(text)}`)
}

function jobLines(
  job: string,
  steps: JobSteps,
  spinner: string,
  paint: Palette,
): readonly string[] {
  return [
    paint.strong(`Job ${job}`),
    ...stepNames.map((name) => stepLine(name, steps[name], spinner, paint)),
  ]
}

/** One step: its state, what is to be said of it, the block that made it true. */
export function stepLine(
  name: StepName,
  { status, text, block, progress }: Step,
  spinner: string,
  paint: Palette,
): string {
  const marks = {
    waiting: ' ',
    running: spinner,
    done: paint.good('✓'),
    failed: paint.bad('✗'),
  } as const
  const label = status === 'waiting' ? paint.dim(name.padEnd(8)) : name.padEnd(8)
  const bar = progress
    ? `${formatBar(progress.percent, barWidth)} ${progress.percent.toFixed(0).padStart(3)} % ${progress.label}`
    : ''
  const aside = block === null ? '' : paint.dim(`block ${block}`)
  return [` ${marks[status]} ${label}`, text, bar, aside].filter((part) => part !== '').join('  ')
}
