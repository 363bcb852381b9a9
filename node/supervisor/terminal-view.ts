import { createLogUpdate } from 'log-update'
import type { ChildEvent } from './child.ts'
import { clip } from './format.ts'
import type { JobSteps } from './job-steps.ts'
import { followJob, noSteps } from './job-steps.ts'
import { outcomeLines } from './outcome-lines.ts'
import type { Palette } from './palette.ts'
import { createPalette } from './palette.ts'
import { siteLines } from './site-lines.ts'
import { spinnerFrame, stepLines } from './step-lines.ts'
import type { MarketView, Site } from './view.ts'

const frameMs = 100
const nameWidth = 16
const title = 'spk-encoder market'
const subtitle = 'everybody on this machine, paying with the play money of its own chain'

/** A live picture of the market on a terminal: its processes above, the steps of the job below. */
export function createTerminalView(stream: NodeJS.WriteStream): MarketView {
  const paint = createPalette(stream)
  const update = createLogUpdate(stream)
  const processes = new Map<string, ChildEvent>()
  let note = ''
  let site: Site | null = null
  let job: string | null = null
  let steps: JobSteps = noSteps
  let frame = 0

  const draw = (): void => {
    frame += 1
    const spinner = spinnerFrame(frame)
    const width = stream.columns - 1
    const lines = [
      `${paint.strong(title)}  ${paint.dim(clip(subtitle, width - title.length - 2))}`,
      '',
      ...processLines(processes, width, paint),
      ...(site ? [clip(`  ${'dashboard'.padEnd(nameWidth)} ${site.url}`, width)] : []),
      '',
      ...(job
        ? [
            paint.strong(`Job ${job}`),
            ...stepLines(steps, { paint, spinner, width }),
            ...(note ? ['', clip(note, width)] : []),
          ]
        : [`${spinner} ${clip(note, width - 2)}`]),
    ]
    update(lines.join('\n'))
  }
  const timer = setInterval(draw, frameMs)
  let isLive = true
  const tellOf = (started: Site): void => {
    for (const line of siteLines(started)) stream.write(`${line}\n`)
  }
  const settle = (): void => {
    if (!isLive) return
    isLive = false
    clearInterval(timer)
    draw()
    update.done()
  }

  return {
    child: (event) => processes.set(event.name, event),
    note: (text) => {
      note = text
      if (!isLive) stream.write(`${text}\n`)
    },
    dashboard: (started) => {
      site = started
      if (!isLive) tellOf(started)
    },
    job: (event) => {
      if (job !== event.job) note = ''
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
    idle: () => {
      if (site) tellOf(site)
      stream.write(paint.dim('The market stays up; Ctrl-C stops everything.\n'))
    },
    stopping: () => {
      settle()
      stream.write(paint.dim('Stopping everything …\n'))
    },
    fail: ({ code, message }) => {
      settle()
      stream.write(`${paint.bad(`${code}:`)} ${message}\n`)
    },
    close: settle,
  }
}

function processLines(
  processes: ReadonlyMap<string, ChildEvent>,
  width: number,
  paint: Palette,
): readonly string[] {
  return [...processes.values()].map((event) => {
    const text = clip(describe(event), width - nameWidth - 3)
    return `  ${event.name.padEnd(nameWidth)} ${event.type === 'died' ? paint.bad(text) : paint.dim(text)}`
  })
}

function describe(event: ChildEvent): string {
  if (event.type === 'ready') return event.url
  if (event.type === 'died') return `${event.how}, starting again`
  return `starting as process ${event.pid}`
}
