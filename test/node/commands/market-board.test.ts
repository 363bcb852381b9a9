import { expect, test } from 'vitest'
import { boardLines, emptyBoard, eventLine, followMarket } from '#node/commands/market-board.ts'
import type { MarketEvent } from '#protocol/market-event.ts'
import { account, bob, hbd, height, jobId, time } from '#test/support/builders.ts'

const plain = (text: string): string => text
const paint = { good: plain, bad: plain, strong: plain, dim: plain }
const job = jobId('alice')
const block = height(7)
const about = (at: number) => ({ job, at: at * 1_000 })

const story: readonly MarketEvent[] = [
  {
    ...{ type: 'offered', ...about(0), creator: account('alice') },
    ...{ ceiling: hbd(100n), bidsUntil: time(60), deliverBy: time(600) },
  },
  { type: 'bid', ...about(1), encoder: bob, price: hbd(42n), readyBy: time(500) },
  { type: 'bid', ...about(2), encoder: account('erin'), price: hbd(40n), readyBy: time(500) },
  { type: 'awarded', ...about(3), encoder: bob, arbiter: account('carol'), price: hbd(42n), block },
  { type: 'accepted', ...about(4), encoder: bob, block },
  { type: 'progress', ...about(5), encoder: bob, stage: 'encoding', percent: 49.6 },
]
const settled: MarketEvent = {
  ...{ type: 'settled', ...about(9), encoder: bob, block },
  ...{ toEncoder: hbd(42n), toCreator: hbd(0n) },
}

test('a line tells when what happened to which job', () => {
  expect([...story, settled].map(eventLine)).toEqual([
    `1970-01-01 00:00:00 UTC  ${job}  offered  up to 0.100 HBD by @alice`,
    `1970-01-01 00:00:01 UTC  ${job}  bid  @bob for 0.042 HBD`,
    `1970-01-01 00:00:02 UTC  ${job}  bid  @erin for 0.040 HBD`,
    `1970-01-01 00:00:03 UTC  ${job}  awarded  to @bob for 0.042 HBD`,
    `1970-01-01 00:00:04 UTC  ${job}  accepted  by @bob`,
    `1970-01-01 00:00:05 UTC  ${job}  progress  @bob encoding 50 %`,
    `1970-01-01 00:00:09 UTC  ${job}  settled  0.042 HBD to @bob, 0.000 HBD back`,
  ])
})

test('a table shows each job as it stands, with its bids and the best of them, in the room there is', () => {
  const other = { ...story[0], job: jobId('alice', 2) } as MarketEvent
  const board = [...story, other].reduce(followMarket, emptyBoard)
  const topics = [
    { topic: 'bids', findings: { good: 2, old: 1, malformed: 3 }, bytes: 900, sent: 1 },
  ]
  const shown = boardLines(board, topics, { paint, height: 24, width: 120 })
  expect(shown.map((line) => line.trimEnd().replaceAll(/ {2,}/g, '  '))).toEqual([
    'JOB  PHASE  BIDS  BEST  WHAT',
    `${jobId('alice', 2)}  offered  0  up to 0.100 HBD by @alice`,
    `${job}  progress  2  0.040 HBD  @bob encoding 50 %`,
    '',
    'bids  2 heard, 4 refused, 1 sent, 1 kB',
  ])
  const small = boardLines(board, topics, { paint, height: 6, width: 40 })
  expect(small.filter((line) => line.includes('alice:'))).toHaveLength(1)
  for (const line of small.slice(1, 2)) expect(line.length).toBeLessThanOrEqual(40)
})

test('a market without jobs says so', () => {
  expect(boardLines(emptyBoard, [], { paint, height: 24, width: 80 })).toContain('No job yet.')
})
