import { z } from 'zod'
import { MilliHbd } from '#protocol/amount.ts'
import { JobEvent } from '#protocol/job-event.ts'
import { JobReport } from '#protocol/job-report.ts'
import type { MarketView } from './view.ts'

/**
 * One JSON object a line: `process`, `note`, `dashboard` and `event` as they happen, then `outcome` with what belongs to the market rather
 * than to the job. The last line is the job's report alone, or its `error`.
 */
export function createJsonView(write: (line: string) => void): MarketView {
  const print = (value: unknown): void => write(JSON.stringify(value))
  return {
    child: (event) => print({ process: event }),
    note: (text) => print({ note: text }),
    dashboard: ({ url, api, account }) => print({ dashboard: { url, api, account } }),
    job: (event) => print({ event: z.encode(JobEvent, event) }),
    finish: ({ report, balances, player, overheadBlocks }) => {
      const amounts = balances.map(({ account, before, after }) => ({
        account,
        before: z.encode(MilliHbd, before),
        after: z.encode(MilliHbd, after),
      }))
      print({ outcome: { overheadBlocks, balances: amounts, player } })
      print(z.encode(JobReport, report))
    },
    idle: () => undefined,
    stopping: () => undefined,
    fail: ({ code, message }) => print({ error: { code, message } }),
    close: () => undefined,
  }
}
