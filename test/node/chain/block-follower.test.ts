import { expect, test } from 'vitest'
import { joinProjected, projectBlocks } from '#market/services/project-blocks.ts'
import type { AgreedBlocks } from '#node/chain/agreed-blocks.ts'
import type { BlockFollowerDeps } from '#node/chain/block-follower.ts'
import { createBlockFollower } from '#node/chain/block-follower.ts'
import { busyMarket } from '#test/perf/busy-market.ts'
import { aFixedChain } from '#test/support/fixed-chain.ts'
import { genesis, testNetwork } from '#test/support/test-chain.ts'

type Result = ReturnType<typeof projectBlocks>
type Deps = Partial<BlockFollowerDeps<Result>>

const blocks = [...busyMarket({ blocks: 2_350, jobsPerBlock: 0.01 })]
const never = new AbortController().signal

/** A follower that joins, what it had kept, and the first blocks that it asked for. */
function aFollower(changed: Deps = {}) {
  const kept: { readonly first: number; readonly count: number; readonly before: number }[] = []
  const asked: number[] = []
  const chain = changed.chain ?? aFixedChain(blocks)
  const watched: AgreedBlocks = {
    ...chain,
    range: (first, last, check, signal) => {
      asked.push(first)
      return chain.range(first, last, check, signal)
    },
  }
  const follower = createBlockFollower<Result>(
    {
      start: genesis(),
      fold: (ledger, range) => projectBlocks(ledger, range, testNetwork),
      join: joinProjected,
      onKept: () => undefined,
      ...changed,
      chain: watched,
      keep: async (range) => {
        await changed.keep?.(range)
        const first = range.blocks[0]?.block.height ?? Number.NaN
        const before = range.before.head?.height ?? 0
        kept.push({ first, count: range.blocks.length, before })
      },
    },
    { genesisHeight: 1 },
  )
  return { follower, kept, asked }
}

test('ranges that can be joined are kept together, up to the last block', async () => {
  const { follower, kept } = aFollower()
  await follower.catchUp(never)
  expect(kept).toEqual([
    { first: 1, count: 1_000, before: 0 },
    { first: 1_001, count: 1_000, before: 1_000 },
    { first: 2_001, count: 350, before: 2_000 },
  ])
  const whole = projectBlocks(genesis(), blocks, testNetwork)
  expect(follower.current()).toEqual(whole.ledger)
  expect(follower.isSynced()).toBe(true)
})

test('what was read before an endpoint failed is kept, and not read again', async () => {
  const chain = aFixedChain(blocks)
  let fails = true
  const { follower, kept, asked } = aFollower({
    chain: {
      ...chain,
      range: (first, last, check, signal) =>
        first > 300 && fails
          ? Promise.reject(new Error('no answer'))
          : chain.range(first, last, check, signal),
    },
  })
  await expect(follower.catchUp(never)).rejects.toThrow('no answer')
  expect(kept).toEqual([{ first: 1, count: 300, before: 0 }])
  fails = false
  asked.length = 0
  await follower.catchUp(never)
  expect(asked[0]).toBe(301)
  expect(kept.reduce((sum, { count }) => sum + count, 0)).toBe(blocks.length)
})

test('ranges that could not be kept are read again, from where the ledger stands', async () => {
  let fails = true
  const { follower, kept, asked } = aFollower({
    keep: () => {
      if (fails) throw new Error('no room')
    },
  })
  await expect(follower.catchUp(never)).rejects.toThrow('no room')
  expect(follower.current()).toEqual(genesis())
  fails = false
  asked.length = 0
  await follower.catchUp(never)
  expect(asked[0]).toBe(1)
  expect(kept[0]).toMatchObject({ first: 1, before: 0 })
  expect(follower.current().head?.height).toBe(blocks.length)
})
