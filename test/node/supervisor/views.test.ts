import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createJsonView } from '#node/supervisor/json-view.ts'
import { createLineView } from '#node/supervisor/line-view.ts'
import type { Outcome } from '#node/supervisor/view.ts'
import { JobReport } from '#protocol/job-report.ts'
import { alice, bob, carol, cid, hbd, height, jobId } from '../../support/builders.ts'

const report: JobReport = {
  job: jobId('alice'),
  source: cid('source'),
  root: cid('root'),
  renditions: [{ name: '480p', width: 854, height: 480, segments: 8, bytes: 2_854_404 }],
  price: hbd(3n),
  paid: hbd(3n),
  encoder: bob,
  arbiter: carol,
  verdict: 'pass',
  blocks: { offer: height(7), award: height(8), deliver: height(14), release: height(19) },
  seconds: { total: 44, fetch: 0.5, encode: 12.5, verify: 10 },
}
const outcome: Outcome = {
  report,
  balances: [
    { account: alice, before: hbd(100_000n), after: hbd(99_996n) },
    { account: bob, before: hbd(100_000n), after: hbd(100_003n) },
    { account: carol, before: hbd(100_000n), after: hbd(100_001n) },
  ],
  player: `http://127.0.0.1:1/ipfs/${report.root}/master.m3u8`,
  overheadBlocks: 7,
}

/** A stream that is no terminal, and what was written to it. */
function pipe() {
  const stream = new PassThrough()
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    text: () => String(stream.read() ?? ''),
  }
}

test('the last line of JSON is the report alone, and the one before has the overhead', () => {
  const lines: string[] = []
  createJsonView((line) => lines.push(line)).finish(outcome)
  expect(JobReport.parse(JSON.parse(lines.at(-1)!))).toEqual(report)
  expect(JSON.parse(lines.at(-2)!)).toEqual({
    outcome: {
      overheadBlocks: 7,
      balances: [
        { account: 'alice', before: '100.000 HBD', after: '99.996 HBD' },
        { account: 'bob', before: '100.000 HBD', after: '100.003 HBD' },
        { account: 'carol', before: '100.000 HBD', after: '100.001 HBD' },
      ],
      player: outcome.player,
    },
  })
})

test('a failure is the last line of JSON', () => {
  const lines: string[] = []
  createJsonView((line) => lines.push(line)).fail({ code: 'input-empty', message: 'Empty.' })
  expect(lines).toEqual(['{"error":{"code":"input-empty","message":"Empty."}}'])
})

test('a failure goes to standard error, where a pipe does not swallow it', () => {
  const [out, err] = [pipe(), pipe()]
  const view = createLineView({ out: out.stream, err: err.stream })
  view.fail({ code: 'input-empty', message: 'The file is empty.' })
  expect(err.text()).toBe('input-empty: The file is empty.\n')
  expect(out.text()).toBe('')
})

test('lines tell balances, root and player, without colour where there is no terminal', () => {
  const [out, err] = [pipe(), pipe()]
  createLineView({ out: out.stream, err: err.stream }).finish(outcome)
  const text = out.text()
  expect(text).toContain('@alice')
  expect(text).toContain('-0.004 HBD')
  expect(text).toContain(report.root)
  expect(text).toContain(outcome.player)
  expect(text).not.toContain('\u001b')
})

test('where the dashboard is, and who can post there, is told to people and programs', () => {
  const [out, err] = [pipe(), pipe()]
  const site = { url: 'http://127.0.0.1:1/', api: 'http://127.0.0.1:1/api', account: alice }
  createLineView({ out: out.stream, err: err.stream }).dashboard(site)
  const text = out.text()
  expect(text).toContain('The dashboard is at http://127.0.0.1:1/\n')
  expect(text).toMatch(/@alice: its development signer signs, with play money/)
  const lines: string[] = []
  createJsonView((line) => lines.push(line)).dashboard(site)
  expect(JSON.parse(lines[0]!)).toEqual({ dashboard: site })
})
