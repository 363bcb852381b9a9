import { z } from 'zod'
import { JobEvent } from '#protocol/job-event.ts'
import { JobReport } from '#protocol/job-report.ts'
import type { MarketView } from './view.ts'

/** One JSON object a line; the last one is the job's report, or its error. */
export function createJsonView(write: (line: string) => void): MarketView {
  const print = (value: unknown): void => write(JSON.stringify(value))
  return {
    child: (event) => print({ process: event }),
    note: (text) => print({ note: text }),
    job: (event) => print({ event: z.encode(JobEvent, event) }),
    finish: ({ report }) => print(z.encode(JobReport, report)),
    idle: () => undefined,
    fail: ({ code, message }) => print({ error: { code, message } }),
    close: () => undefined,
  }
}
