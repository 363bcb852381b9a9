import { followLines } from './follow-lines.ts'
import { outcomeLines } from './outcome-lines.ts'
import { createPalette } from './palette.ts'
import { siteLines } from './site-lines.ts'
import type { MarketView } from './view.ts'

/** Where a view writes: its story, and what went wrong. */
export type Streams = { readonly out: NodeJS.WriteStream; readonly err: NodeJS.WriteStream }

/** The market's story as lines, for a pipe or a log file: a line when a step ends, and a few while it runs. */
export function createLineView({ out, err }: Streams): MarketView {
  const paint = createPalette(out)
  const print = (line: string): void => {
    out.write(`${line}\n`)
  }

  return {
    child: (event) => {
      if (event.type === 'ready') print(`${event.name} is up at ${event.url}`)
      if (event.type === 'died') print(`${event.name} died (${event.how}) and is started again`)
    },
    note: print,
    dashboard: (site) => {
      for (const line of siteLines(site)) print(line)
    },
    job: followLines(print, paint),
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
