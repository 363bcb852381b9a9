import { describe, expect, test } from 'vitest'
import { drawLeaves } from '#contracts/challenge.ts'
import { parametersAt } from '#contracts/parameters.ts'
import { hashHex, height, sha256 } from '#test/support/builders.ts'

const { newcomerJobs, newcomerLeaves, leaves } = parametersAt(height(0)).challenge

/** Chance that none of the leaves drawn is among the bad ones: leaves are drawn without putting any back. */
function chanceUnseen(all: number, bad: number, drawn: number): number {
  let chance = 1
  for (let draw = 0; draw < drawn; draw += 1) chance *= (all - bad - draw) / (all - draw)
  return Math.max(0, chance)
}

describe('an encoder that cheats in one leaf of twenty', () => {
  test('is found with 99 % over a newcomer’s first jobs, however long they are', () => {
    for (const all of [20, 100, 600, 8_000]) {
      const unseen = chanceUnseen(all, Math.ceil(all / 20), newcomerLeaves) ** newcomerJobs
      expect(1 - unseen).toBeGreaterThanOrEqual(0.99)
    }
  })

  test('is found with 99 % over as many later jobs as their fewer leaves ask for', () => {
    const jobs = Math.ceil(Math.log(0.01) / Math.log(0.95) / leaves)
    expect(1 - chanceUnseen(600, 30, leaves) ** jobs).toBeGreaterThanOrEqual(0.99)
    expect(jobs).toBeLessThanOrEqual(30)
  })

  test('is found as often as the arithmetic says when leaves are really drawn', () => {
    const strata = [0, 1, 2, 3].map((track) => ({ start: track * 40, length: 40 }))
    const runs = 4_000
    let found = 0
    for (let run = 0; run < runs; run += 1) {
      const drawn = drawLeaves(hashHex(`run ${run}`), strata, newcomerLeaves, sha256)
      // Every twentieth leaf of each track is bad.
      if (drawn.some((leaf) => leaf % 20 === 7)) found += 1
    }
    const expected = 1 - chanceUnseen(160, 8, newcomerLeaves)
    expect(found / runs).toBeGreaterThan(expected - 0.03)
    expect(found / runs).toBeLessThan(expected + 0.03)
  })
})

test('an encoder that cheats in all leaves is found by the first', () => {
  expect(chanceUnseen(600, 600, 1)).toBe(0)
})
