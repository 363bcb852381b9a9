import { expect, test } from 'vitest'
import type { Palette } from '#node/supervisor/palette.ts'
import { followSplitLines } from '#node/supervisor/split-rows.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import { bob, carol, cid, hbd, jobId } from '../../support/builders.ts'

const plain: Palette = {
  good: (text) => text,
  bad: (text) => text,
  strong: (text) => text,
  dim: (text) => text,
}
const of = { job: jobId('alice', 9), at: 1 }
const left = { first: 0, parts: 3, rangeJob: jobId('alice', 1) }
const right = { first: 3, parts: 2, rangeJob: jobId('alice', 2) }

test('a video that is sold in ranges is told range by range, each of them at every tenth', () => {
  const lines: string[] = []
  const follow = followSplitLines((line) => lines.push(line), plain)
  const progress = {
    ...of,
    type: 'range-progress',
    ...right,
    encoder: carol,
    stage: 'encoding',
  } as const
  const events: readonly JobEvent[] = [
    { ...of, type: 'split', ranges: [left, right] },
    { ...progress, percent: 11 },
    { ...progress, percent: 19 },
    { ...progress, percent: 50 },
    { ...of, type: 'range-won', ...left, encoder: bob, paid: hbd(3n), root: cid('left') },
    {
      ...of,
      type: 'range-offered',
      ...right,
      because: 'slow',
      reason: '@carol takes longer than the others.',
    },
    { ...of, type: 'range-won', ...right, encoder: bob, paid: hbd(2n), root: cid('right') },
    { ...progress, percent: 90 },
  ]
  for (const event of events) follow(event)
  expect(lines).toEqual([
    '   range 1 of 2  parts 0–2  offered',
    '   range 2 of 2  parts 3–4  offered',
    '   range 2 of 2  parts 3–4  █▊░░░░░░░░░░░░░░  11 %  encoding @carol',
    '   range 2 of 2  parts 3–4  ████████░░░░░░░░  50 %  encoding @carol',
    ' ✓ range 1 of 2  parts 0–2  @bob for 0.003 HBD',
    '   range 2 of 2  parts 3–4  ████████░░░░░░░░  50 %  offered again: @carol takes longer than the others.  offer 2',
    ' ✓ range 2 of 2  parts 3–4  @bob for 0.002 HBD  offer 2',
  ])
})
