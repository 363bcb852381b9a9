import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Projected } from '#market/ports/projection-store.ts'
import { joinProjected, projectBlocks } from '#market/services/project-blocks.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import { randomMarket } from '#test/support/random-market.ts'
import { genesis, testNetwork } from '#test/support/test-chain.ts'

/** The ranges of given lengths, over and over, that blocks are cut into. */
function inRanges(blocks: readonly LedgerBlock[], lengths: readonly number[]): Projected[] {
  const ranges: Projected[] = []
  let ledger = genesis()
  for (let first = 0, turn = 0; first < blocks.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1
    const range = projectBlocks(ledger, blocks.slice(first, first + length), testNetwork)
    ranges.push(range)
    ledger = range.ledger
    first += length
  }
  return ranges
}

/** Accounts are told in the order in which they were scored, which says nothing. */
function inOrder({ ledger, records, projection }: Projected) {
  const { standings, endedStandings, ...rest } = projection
  const sorted = <Row extends { account: string; role: string }>(rows: readonly Row[]) =>
    rows.toSorted((left, right) =>
      `${left.account} ${left.role}` < `${right.account} ${right.role}` ? -1 : 1,
    )
  return {
    ...{ ledger, records, ...rest },
    ...{ standings: sorted(standings), endedStandings: sorted(endedStandings) },
  }
}

const sampled = fc.sample(randomMarket(), { numRuns: 12, seed: 11 })

test('ranges that are joined say what one range says', () => {
  for (const blocks of sampled) {
    const whole = inOrder(projectBlocks(genesis(), blocks, testNetwork))
    for (const lengths of [[1], [7, 1, 13, 2]])
      expect(inOrder(joinProjected(genesis(), inRanges(blocks, lengths)))).toEqual(whole)
  }
  const all = sampled.map((blocks) => projectBlocks(genesis(), blocks, testNetwork).projection)
  expect(all.some(({ endedStandings }) => endedStandings.length > 0)).toBe(true)
  expect(all.some(({ standings }) => standings.length > 0)).toBe(true)
})
