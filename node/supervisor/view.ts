import type { MilliHbd } from '#protocol/amount.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import type { JobReport } from '#protocol/job-report.ts'
import type { ChildEvent } from './child.ts'

type Balances = readonly {
  readonly account: HiveAccount
  readonly before: MilliHbd
  readonly after: MilliHbd
}[]

export type Outcome = {
  readonly report: JobReport
  readonly balances: Balances
  readonly player: string
  /** Blocks of chain and gossip: the time that was neither fetching, encoding nor verifying. */
  readonly overheadBlocks: number
}

export type Site = { readonly url: string; readonly api: string; readonly account: HiveAccount }

/** How the market tells people, or programs, what happens. */
export interface MarketView {
  child(event: ChildEvent): void
  /** One sentence about what is going on before there is a job. */
  note(text: string): void
  /** The indexer is up: the address of its dashboard, whose server signs for the play account, and of its API as a page. */
  dashboard(site: Site): void
  job(event: JobEvent): void
  finish(outcome: Outcome): void
  /** The market stays up until it is stopped. */
  idle(): void
  /** The market was asked to stop, which takes a moment. */
  stopping(): void
  fail(error: { readonly code: string; readonly message: string }): void
  close(): void
}
