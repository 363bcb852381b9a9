import { expect, test } from 'vitest'
import { jobLines } from '#node/commands/job-lines.ts'
import { bob, hbd, jobId } from '../../support/builders.ts'

const plain = {
  good: (text: string) => text,
  bad: (text: string) => text,
  strong: (text: string) => text,
  dim: (text: string) => text,
}

test('a video that is sold in ranges says how many are won, and each of its jobs what it is about', () => {
  const whole = jobId('alice', 9)
  const common = { postedAt: 0, failure: null, standIn: null }
  const [first, second] = jobLines(
    [
      {
        ...{ ...common, job: whole, phase: 'working', ceiling: hbd(20n), award: null },
        ranges: { won: 1, of: 4 },
      },
      {
        ...{ ...common, job: jobId('alice'), phase: 'paid', ceiling: hbd(5n) },
        award: { encoder: bob, price: hbd(3n) },
        range: { first: 2, parts: 2, whole },
      },
    ],
    plain,
  )
  expect(first).toContain('working  up to 0.020 HBD  1 of 4 ranges')
  expect(second).toContain(`paid     @bob for 0.003 HBD  parts 2–3 of ${whole}`)
})
