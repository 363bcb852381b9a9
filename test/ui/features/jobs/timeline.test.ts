import { expect, test } from 'vitest'
import type { JobEventView } from '#protocol/api/jobs.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { BlockHeight, ChainTime, HiveAccount } from '#protocol/ids.ts'
import { hbd } from '#test/support/builders.ts'
import type { MarketJob } from '#ui/features/jobs/timeline.ts'
import { timelineOf } from '#ui/features/jobs/timeline.ts'

const event = (
  sequence: number,
  type: JobEventView['type'],
  fields: JobEventView['fields'] = {},
): JobEventView => ({
  ...{ sequence, type, phase: 'leased', fields, at: new Date(sequence * 10_000) },
  job: EncodingJobId.parse('00000000-0000-4000-8000-000000000001'),
})

const step = (seconds: number, type: string): MarketJob['events'][number] => ({
  ...{ sequence: seconds, height: BlockHeight.parse(seconds), time: ChainTime.parse(seconds) },
  ...{ transaction: 'ab'.repeat(20), type, amount: hbd(5n) },
  ...{ actor: HiveAccount.parse('alice'), receiver: HiveAccount.parse('bob') },
})

test('queue and chain are one life in the order of time', () => {
  const steps = timelineOf(
    [event(1, 'submitted'), event(4, 'completed')],
    [step(25, 'escrow-paid')],
  )
  expect(steps.map(({ title }) => title)).toEqual(['Posted', 'Paid to the encoder', 'Done'])
  expect(steps[1]).toMatchObject({
    ...{ from: '@alice', to: '@bob', amount: 5n, tone: 'good' },
    chain: { transaction: 'ab'.repeat(20), height: 25 },
  })
})

test('what the chain tells is not told again by the queue', () => {
  const events = [event(1, 'offered'), event(2, 'awarded')]
  expect(timelineOf(events, [step(11, 'job-offered')]).map(({ key }) => key)).toEqual(['chain 11'])
  expect(timelineOf(events, [])).toHaveLength(2)
})

test('of reports that follow each other the last one counts', () => {
  const at = (progress: number) => ({ stage: 'encoding', progress })
  const events = [
    ...[event(1, 'progress', at(10)), event(2, 'progress', at(60))],
    ...[event(3, 'lease-lost'), event(4, 'progress', at(5))],
  ]
  expect(timelineOf(events, []).map(({ detail, tone }) => [detail, tone])).toEqual([
    ['encoding, 60 % of all', 'plain'],
    [null, 'bad'],
    ['encoding, 5 % of all', 'plain'],
  ])
})

test('a step that this version does not know is told by its name', () => {
  expect(timelineOf([], [step(1, 'job-praised')])[0]?.title).toBe('job-praised')
})

test('what a party says of a dispute stands where it was said', () => {
  const [actor, other] = [HiveAccount.parse('alice'), HiveAccount.parse('bob')]
  const given = { time: ChainTime.parse(2), transaction: 'ab'.repeat(20), evidence: null }
  const dispute = {
    ...{ by: actor, time: ChainTime.parse(1), transaction: 'ab'.repeat(20) },
    evidence: [
      { ...given, by: other, text: 'It is good.' },
      { ...given, by: actor, text: 'It is black.' },
    ],
  }
  const steps = timelineOf([], [step(1, 'job-disputed'), step(2, 'evidence-given')], dispute)
  expect(steps.map(({ title, detail }) => [title, detail])).toEqual([
    ['Disputed', null],
    ['Said of the dispute', 'It is black.'],
  ])
})
