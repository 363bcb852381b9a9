import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLogger } from '#node/logger.ts'
import type { ChildEvent } from '#node/supervisor/child.ts'
import type { Market } from '#node/supervisor/market.ts'
import { startMarket } from '#node/supervisor/market.ts'
import type { MarketView, Outcome } from '#node/supervisor/view.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import { makeTinyClip } from '../support/tiny-clip.ts'

/** A market of real processes that stays up for all cases; each case carries one job and kills somebody on the way. */

type Victim = 'devchain' | 'creator' | 'encoders' | 'arbiter' | 'everybody'

const cases: readonly (readonly [JobEvent['type'] | `${JobEvent['type']} ${string}`, Victim])[] = [
  ['source-published', 'creator'],
  ['source-published', 'everybody'],
  ['offer-signed', 'devchain'],
  ['offer-signed', 'encoders'],
  ['offer-confirmed', 'creator'],
  ['bid-received', 'creator'],
  ['bid-received', 'encoders'],
  ['award-signed', 'creator'],
  ['award-signed', 'devchain'],
  ['award-signed', 'everybody'],
  ['award-confirmed', 'encoders'],
  ['award-confirmed', 'arbiter'],
  ['escrow-approved', 'encoders'],
  ['escrow-approved', 'creator'],
  ['progress encoding', 'encoders'],
  ['progress uploading', 'encoders'],
  ['delivered', 'creator'],
  ['delivered', 'encoders'],
  ['check-progress fetching', 'encoders'],
  ['check-progress structure', 'creator'],
  ['check-progress awaiting-seed', 'devchain'],
  ['check-progress challenge', 'creator'],
  ['checked', 'creator'],
  ['settlement-signed', 'devchain'],
  ['settlement-signed', 'everybody'],
  ['paid', 'creator'],
]

const pids = new Map<string, number>()
let onEvent: (event: JobEvent) => void = () => undefined

const view: MarketView = {
  child: (event: ChildEvent) => {
    if (event.type === 'started') pids.set(event.name, event.pid)
  },
  note: () => undefined,
  job: (event) => onEvent(event),
  finish: () => undefined,
  idle: () => undefined,
  fail: () => undefined,
  close: () => undefined,
}

const names: { readonly [V in Victim]: readonly string[] } = {
  devchain: ['devchain'],
  creator: ['creator'],
  encoders: ['swift-encoder', 'thrifty-encoder'],
  arbiter: ['arbiter'],
  everybody: ['devchain', 'creator', 'swift-encoder', 'thrifty-encoder', 'arbiter'],
}

let directory: string
let market: Market
let clips = 0
const stopping = new AbortController()

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spk-market-'))
  const logger = createLogger({ level: 'silent', name: 'test' })
  const layout = { data: join(directory, 'market'), interval: 0.25, workers: 2 }
  market = await startMarket(layout, { view, logger, signal: stopping.signal })
})

afterAll(async () => {
  await market?.[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

describe('a job is carried to its end and paid exactly once', () => {
  test.each(cases)('when at "%s" SIGKILL meets: %s', async (step, victim) => {
    // Another clip each time: what a node has already is never fetched.
    const clip = join(directory, `${step}-${victim}.mp4`)
    clips += 1
    await makeTinyClip(clip, 96 + 2 * clips)
    let hasKilled = false
    const seen: string[] = []
    onEvent = (event) => {
      seen.push(labelOf(event))
      if (hasKilled || labelOf(event) !== step) return
      hasKilled = true
      for (const name of names[victim]) process.kill(pids.get(name)!, 'SIGKILL')
    }
    const outcome = await market.runJob({ path: clip, ceiling: undefined })
    expect(hasKilled, `no step "${step}" among ${[...new Set(seen)].join(', ')}`).toBe(true)
    expectPaidOnce(outcome)
    for (const once of ['award-signed', 'paid', 'rated', 'finished']) {
      expect(
        seen.filter((label) => label === once),
        once,
      ).toHaveLength(1)
    }
  })
})

/** The stage belongs to the step where there is one. */
function labelOf(event: JobEvent): string {
  return 'stage' in event ? `${event.type} ${event.stage}` : event.type
}

function expectPaidOnce({ report, balances }: Outcome): void {
  expect(report.verdict).toBe('pass')
  expect(report.paid).toBe(report.price)
  const change = new Map(
    balances.map(({ account, before, after }) => [account as string, after - before]),
  )
  const fee = 1n
  expect(change.get('creator')).toBe(-(report.price + fee))
  expect(change.get(report.encoder)).toBe(report.price)
  expect(change.get('arbiter')).toBe(fee)
  expect([...change.values()].reduce((sum, amount) => sum + amount, 0n)).toBe(0n)
}
