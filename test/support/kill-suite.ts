import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Outcome } from '#node/supervisor/view.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import type { LocalMarket, ProcessName } from './local-market.ts'
import { startLocalMarket } from './local-market.ts'
import { makeTinyClip } from './tiny-clip.ts'

/** The steps of a job, as its creator tells them; those with stages have one for each. */
export const steps = [
  'source-published',
  'offer-signed',
  'offer-confirmed',
  'bid-received',
  'award-signed',
  'award-confirmed',
  'escrow-approved',
  'progress encoding',
  'progress uploading',
  'delivered',
  'check-progress fetching',
  'check-progress structure',
  'check-progress awaiting-seed',
  'check-progress challenge',
  'checked',
  'settlement-signed',
  'paid',
] as const

export type KillCase = {
  readonly step: (typeof steps)[number]
  readonly victims: readonly ProcessName[]
}

/**
 * A market of real processes that stays up for all cases; each case carries one job and kills somebody on the way.
 * Whoever dies at whatever step, the job is paid once, to the milli-HBD.
 */
export function describeKills(cases: readonly KillCase[]): void {
  describe('a job is carried to its end and paid exactly once', () => {
    let market: LocalMarket
    let clips = 0

    beforeAll(async () => {
      market = await startLocalMarket()
    })
    afterAll(() => market?.[Symbol.asyncDispose]())

    test.each(cases.map(({ step, victims }) => [step, victims.join(', '), victims] as const))(
      'when at "%s" SIGKILL meets %s',
      async (step, _title, victims) => {
        // Another video each time: what a node has already is never fetched.
        clips += 1
        const path = join(market.folder, `clip-${clips}.mp4`)
        await Promise.all([makeTinyClip(path, 96 + 2 * clips), market.allUp()])
        const seen: string[] = []
        market.onEvent = (event) => {
          if (labelOf(event) === step && !seen.includes(step)) market.kill(victims)
          seen.push(labelOf(event))
        }
        const outcome = await market.runJob({ path, ceiling: undefined, codec: 'h264' })
        expect(seen).toContain(step)
        expectPaidOnce(outcome)
        for (const once of ['paid', 'rated', 'finished']) {
          expect(
            seen.filter((label) => label === once),
            once,
          ).toHaveLength(1)
        }
      },
    )
  })
}

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
