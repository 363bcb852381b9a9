import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createProgressMeter } from '#node/encoding/encode-progress.ts'

test('weight, speed and time left follow from what is done', () => {
  let now = 0
  const meter = createProgressMeter({ total: 200, finished: 100, seconds: 40, now: () => now })
  expect(meter.current()).toEqual({ percent: 50 })
  now = 5000
  meter.report('a', 50)
  expect(meter.current()).toEqual({ percent: 75, speed: 2, etaSeconds: 5 })
  meter.report('b', 50)
  expect(meter.current()).toEqual({ percent: 100, speed: 4, etaSeconds: 0 })
})

test('percent never falls and never passes a hundred, whatever is reported', () => {
  const reports = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(200)))
  fc.assert(
    fc.property(reports, fc.nat(100), (list, finished) => {
      const meter = createProgressMeter({ total: 300, finished, seconds: 10, now: () => 0 })
      let last = 0
      for (const [piece, weight] of list) {
        meter.report(piece, weight)
        const { percent } = meter.current()
        expect(percent).toBeGreaterThanOrEqual(last)
        expect(percent).toBeLessThanOrEqual(100)
        last = percent
      }
    }),
  )
})
