import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildLadder } from '#market/domain/ladder.ts'
import { frameGrid } from '#market/domain/offer-terms.ts'
import type { Cell, EncodeRequest } from '#market/ports/encoding-engine.ts'
import { createCost, planCells } from '#node/encoding/cell-plan.ts'
import { partCount } from '#protocol/grid.ts'
import { cid } from '#test/support/builders.ts'

function termsFor(seconds: number): EncodeRequest['terms'] {
  return {
    source: {
      cid: cid('source'),
      bytes: 1,
      width: 1920,
      height: 1080,
      codec: 'h264',
      videoStream: 0,
    },
    grid: frameGrid({ numerator: 30, denominator: 1 }, Math.ceil(30 * seconds), 2),
    recipe: 'h264-ts-4',
    ladder: buildLadder(1920, 1080),
  }
}

const nothing = () => false
const short = (cell: Cell): string =>
  `${cell.part}:${cell.renditions.map(({ name }) => name).join('+')}`

/** Share of the workers' time that is used until the last one ends. */
function efficiency(
  cells: readonly Cell[],
  terms: EncodeRequest['terms'],
  workers: number,
): number {
  const cost = createCost(terms)
  const ends = new Array<number>(workers).fill(0)
  for (const cell of cells) {
    ends.sort((a, b) => a - b)
    ends[0] = (ends[0] ?? 0) + cost(cell)
  }
  const whole = planCells({ terms, isFinished: nothing }, 1)
  const needed = whole.reduce((sum, cell) => sum + cost(cell), 0)
  return needed / workers / Math.max(...ends)
}

test('one worker takes whole parts in order', () => {
  expect(planCells({ terms: termsFor(40), isFinished: nothing }, 1).map(short)).toEqual([
    '0:1080p+720p+480p',
    '1:1080p+720p+480p',
    '2:1080p+720p+480p',
  ])
})

test('two equal parts keep two workers busy without a split', () => {
  expect(planCells({ terms: termsFor(32), isFinished: nothing }, 2)).toHaveLength(2)
})

test('a clip of 20 seconds, whose parts last 16 and 4, keeps two workers busy to the end', () => {
  const terms = termsFor(20)
  const cells = planCells({ terms, isFinished: nothing }, 2)
  expect(short(cells[0] as Cell)).toBe('0:1080p')
  expect(efficiency(cells, terms, 2)).toBeGreaterThan(0.93)
})

test.each([
  [48, 2],
  [80, 2],
  [120, 4],
  [600, 8],
  [3600, 16],
])('%i seconds keep %i workers busy for at least nine tenths of the time', (seconds, workers) => {
  const terms = termsFor(seconds)
  const cells = planCells({ terms, isFinished: nothing }, workers)
  expect(efficiency(cells, terms, workers)).toBeGreaterThan(0.9)
})

test('most parts of a long video stay whole and come in order', () => {
  const cells = planCells({ terms: termsFor(1600), isFinished: nothing }, 4)
  const whole = cells.slice(0, 80).map(({ part, renditions }) => [part, renditions.length])
  expect(whole).toEqual(Array.from({ length: 80 }, (_, part) => [part, 3]))
})

test('half a day on sixty-four workers is planned within two seconds', () => {
  const began = performance.now()
  planCells({ terms: termsFor(43_200), isFinished: nothing }, 64)
  expect(performance.now() - began).toBeLessThan(2000)
})

test('every unfinished rendition of every part is planned exactly once, and nothing that is finished', () => {
  const seconds = fc.integer({ min: 1, max: 400 })
  const workers = fc.integer({ min: 1, max: 12 })
  fc.assert(
    fc.property(seconds, workers, fc.func(fc.boolean()), (length, count, isFinished) => {
      const terms = termsFor(length)
      const cells = planCells({ terms, isFinished }, count)
      const planned = cells.flatMap(({ part, renditions }) =>
        renditions.map(({ name }) => `${part} ${name}`),
      )
      const wanted = Array.from({ length: partCount(terms.grid) }, (_, part) =>
        terms.ladder
          .filter(({ name }) => !isFinished(part, name))
          .map(({ name }) => `${part} ${name}`),
      ).flat()
      expect(planned.toSorted()).toEqual(wanted.toSorted())
      expect(cells.every(({ renditions }) => renditions.length > 0)).toBe(true)
    }),
  )
})

test('a source that is hard to decode is decoded once for every part, and not again for each rendition', () => {
  const terms = termsFor(20)
  const heavy = { ...terms, source: { ...terms.source, bytes: 20 * 12_000_000 } }
  const cells = (own: EncodeRequest['terms']) => planCells({ terms: own, isFinished: nothing }, 2)
  expect(cells(heavy).length).toBeLessThan(cells(terms).length)
})
