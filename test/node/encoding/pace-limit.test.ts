import { expect, test } from 'vitest'
import { buildLadder } from '#market/domain/ladder.ts'
import { frameGrid } from '#market/domain/offer-terms.ts'
import { createCost, planCells } from '#node/encoding/cell-plan.ts'
import { cellLimitMs } from '#node/encoding/pace-limit.ts'
import { anOffer } from '#test/support/builders.ts'

const rate = { numerator: 30, denominator: 1 }
const terms = { ...anOffer(), grid: frameGrid(rate, 1_200, 2), ladder: buildLadder(1920, 1080) }
const [cell] = planCells({ terms, isFinished: () => false }, 1)

test('a part may take a quarter of an hour, and a hundred times what its pixels were measured to take here', () => {
  if (!cell) throw new Error('a grid has parts')
  const quarter = 15 * 60_000
  expect(cellLimitMs(terms, cell, 10 ** 15)).toBeCloseTo(quarter, -2)
  const pixelsPerSecond = 1_000_000
  const measuredMs = (1_000 * createCost(terms)(cell)) / pixelsPerSecond
  expect(cellLimitMs(terms, cell, pixelsPerSecond) - quarter).toBe(Math.ceil(100 * measuredMs))
})
