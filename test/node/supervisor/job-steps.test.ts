import { expect, test } from 'vitest'
import type { JobSteps } from '#node/supervisor/job-steps.ts'
import { currentStep, followJob, noSteps, stepNames } from '#node/supervisor/job-steps.ts'
import { stepLine } from '#node/supervisor/step-line.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import {
  anOffer,
  bob,
  carol,
  cid,
  escrowId,
  hbd,
  height,
  jobId,
  time,
  transactionId,
} from '../../support/builders.ts'

type Told = JobEvent extends infer E ? (E extends JobEvent ? Omit<E, 'job' | 'at'> : never) : never

const follow = (events: readonly Told[], start: JobSteps = noSteps): JobSteps =>
  events.reduce(
    (steps, event) => followJob(steps, { ...event, job: jobId('alice'), at: 0 } as JobEvent),
    start,
  )

const plain = (text: string): string => text
const paint = { good: plain, bad: plain, strong: plain, dim: plain }
const linesOf = (steps: JobSteps, width?: number): readonly string[] =>
  stepNames.map((name) =>
    stepLine(name, steps[name], { paint, spinner: '*', ...(width === undefined ? {} : { width }) }),
  )

const { ladder } = anOffer()
const toAward: readonly Told[] = [
  {
    type: 'source-published',
    ...{ source: cid('source'), bytes: 4_139_823, width: 854, height: 480, seconds: 30, ladder },
  },
  {
    type: 'offer-signed',
    ...{ transaction: transactionId('offer'), ceiling: hbd(6n) },
    ...{ bidsUntil: time(1), deliverBy: time(2) },
  },
  { type: 'offer-confirmed', block: height(7) },
  { type: 'bid-received', encoder: bob, price: hbd(3n), speed: 2_500, readyBy: time(2) },
  {
    type: 'award-signed',
    ...{ transaction: transactionId('award'), encoder: bob, arbiter: carol },
    ...{ price: hbd(3n), fee: hbd(1n), escrow: escrowId(1) },
  },
]
const toWork: readonly Told[] = [
  { type: 'award-confirmed', block: height(8) },
  { type: 'escrow-approved', by: bob, block: height(9) },
  { type: 'escrow-approved', by: carol, block: height(9) },
  { type: 'progress', encoder: bob, stage: 'encoding', percent: 50, speed: 2.5, etaSeconds: 6 },
]
const toEnd: readonly Told[] = [
  { type: 'delivered', root: cid('root'), bytes: 3_387_384, block: height(14) },
  { type: 'check-progress', stage: 'challenge', percent: 40 },
  { type: 'checked', verdict: 'pass', leaves: 16, challenged: 5, faults: [] },
  { type: 'settlement-signed', transaction: transactionId('pay'), stars: 5 },
  { type: 'paid', encoder: bob, amount: hbd(3n), block: height(19) },
  { type: 'rated', encoder: bob, stars: 5, block: height(19) },
]

test('a job that is paid has every step done, with its blocks and amounts', () => {
  const steps = follow([...toAward, ...toWork, ...toEnd])
  expect(stepNames.map((name) => steps[name].status)).toEqual(stepNames.map(() => 'done'))
  expect(linesOf(steps).slice(1)).toEqual([
    ' ✓ offer     up to 0.006 HBD  block 7',
    ' ✓ bids      @bob 0.003 HBD at 2.5x',
    ' ✓ award     @bob for 0.003 HBD, @carol stands by for 0.001 HBD  block 8',
    ' ✓ accept    @bob, @carol  block 9',
    ' ✓ encode    @bob',
    expect.stringMatching(/^ ✓ deliver {3}3\.4 MB as bafkrei\S+…\S+ {2}block 14$/),
    ' ✓ verify    pass: 16 segments in order, 5 drawn by the chain and encoded again',
    ' ✓ settle    0.003 HBD to @bob  block 19',
    ' ✓ rate      ★★★★★ for @bob  block 19',
  ])
})

test('a step that runs shows its bar, and those to come wait', () => {
  const steps = follow([...toAward, ...toWork])
  expect(currentStep(steps)).toBe('encode')
  expect(linesOf(steps)[5]).toBe(
    ' * encode    @bob  ████████████▎░░░░░░░░░░░  51 %  encoding, 2.50x, 0:06 left',
  )
  expect(steps.verify.status).toBe('waiting')
})

test('progress that comes late does not wake a step that is done', () => {
  const steps = follow([...toAward, ...toWork, ...toEnd])
  const late: Told = { type: 'progress', encoder: bob, stage: 'encoding', percent: 10 }
  expect(follow([late], steps)).toEqual(steps)
})

test('a failure shows at the step that it stopped', () => {
  const failure: Told = { type: 'failed', code: 'no-bids', message: 'No encoder bid for the job.' }
  const steps = follow([...toAward.slice(0, 3), failure])
  expect(steps.bids).toMatchObject({ status: 'failed', text: 'No encoder bid for the job.' })
})

test('lines keep to the width of the terminal by saying less', () => {
  const running = follow([...toAward, ...toWork])
  const ended = follow([...toAward, ...toWork, ...toEnd])
  for (const line of [...linesOf(running, 79), ...linesOf(ended, 79)])
    expect(line.length).toBeLessThanOrEqual(79)
  expect(linesOf(ended, 60)[3]).toMatch(/^ ✓ award .*… {2}block 8$/)
})
