import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldBlocks } from '#contracts/fold.ts'
import type { History } from '#contracts/fold-history.ts'
import { customToKnow, foldHistory, joinHistories } from '#contracts/fold-history.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { scoreOf } from '#contracts/reputation.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import { alice, bob, carol, height } from '../support/builders.ts'
import { randomMarket } from '../support/random-market.ts'
import { aSettledJob, ledgerAfter } from '../support/settled-jobs.ts'
import { genesis, testNetwork } from '../support/test-chain.ts'

/** What a chain's blocks say of everybody: the operations that changed something, and the ends of blocks that did. */
function historyOf(blocks: readonly LedgerBlock[]): { history: History; ledger: Ledger } {
  const { ledger, records } = foldBlocks(genesis(), blocks, testNetwork)
  const accepted = records.filter(({ refusal }) => refusal === null)
  const isKept = ({ height: at }: LedgerBlock) => accepted.some((record) => record.height === at)
  const last = blocks.at(-1)
  return {
    ledger,
    history: {
      blocks: blocks
        .filter((block) => isKept(block) || block === last)
        .map(({ height: at, time, operations }) => ({
          height: at,
          time,
          operations: operations.filter(({ position, action }) =>
            accepted.some(
              (record) =>
                record.height === at &&
                record.position === position &&
                !(action.type === 'custom-json' && action.json.includes('"checkpoint"')),
            ),
          ),
        })),
      samples: new Map(
        [...ledger.jobs.values()].flatMap((job) =>
          'delivered' in job && job.delivered ? [[job.id, job.delivered] as const] : [],
        ),
      ),
    },
  }
}

const sampled = fc.sample(randomMarket(), { numRuns: 40, seed: 5 }).map(historyOf)

describe('a history without the blocks that say nothing', () => {
  test('makes the standings that all blocks make', () => {
    for (const { history, ledger } of sampled) {
      const folded = foldHistory(history, testNetwork)
      expect([...folded.standings]).toEqual([...ledger.standings])
      const at = height(ledger.head?.height ?? 0)
      for (const account of [alice, bob, carol])
        for (const role of ['encoder', 'creator', 'arbiter'] as const)
          expect(scoreOf(folded, account, role, at)).toEqual(scoreOf(ledger, account, role, at))
    }
    expect(sampled.some(({ ledger }) => ledger.standings.size > 2)).toBe(true)
  })

  test('is the same in whatever pieces it comes, and with some of them twice', () => {
    for (const { history } of sampled) {
      const { blocks, samples } = history
      const middle = Math.floor(blocks.length / 2)
      const pieces = [blocks.slice(middle), blocks.slice(0, middle + 1), blocks.slice(middle)]
      expect(joinHistories(pieces.map((piece) => ({ blocks: piece, samples })))).toEqual(history)
    }
  })

  test('does not fit together where an operation is missing', () => {
    const found = sampled.find(({ ledger }) => ledger.standings.size > 2)
    const { blocks, samples } = found?.history ?? { blocks: [], samples: new Map() }
    const without = blocks.map(({ operations, ...block }) => ({
      ...block,
      operations: operations.filter(({ action }) => action.type !== 'escrow-transfer'),
    }))
    expect(() => foldHistory({ blocks: without, samples }, testNetwork)).toThrow(
      /which changes nothing after what is known before it|that hived refuses/,
    )
  })
})

test('of whom more has to be known are those by whose custom an account stands', () => {
  const ledger = ledgerAfter([aSettledJob({ creator: alice, encoder: bob, price: 1_000n })])
  expect(customToKnow(ledger, bob)).toEqual({ creator: [alice], encoder: [] })
  expect(customToKnow(ledger, alice)).toEqual({ creator: [], encoder: [bob] })
  expect(customToKnow(ledger, carol)).toEqual({ creator: [alice], encoder: [] })
})
