import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createDraft } from '#contracts/draft.ts'
import { explainStanding } from '#contracts/explain-standing.ts'
import { foldBlocks } from '#contracts/fold.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { scoreOf } from '#contracts/reputation.ts'
import { createLedgerDecoder, encodeLedger, hashLedger } from '#contracts/snapshot.ts'
import { followJob } from '#contracts/standing.ts'
import { LedgerBlock } from '#protocol/ledger-block.ts'
import { alice, bob, carol, height, sha256, transactionId } from '../support/builders.ts'
import { randomMarket } from '../support/random-market.ts'
import { genesis, testNetwork } from '../support/test-chain.ts'

const fold = (blocks: readonly LedgerBlock[]): Ledger =>
  foldBlocks(genesis(), blocks, testNetwork).ledger
const runs = { numRuns: 60 }

const names: Readonly<Record<string, string>> = { alice: 'dora', bob: 'bert', carol: 'cleo' }

/** The same block of other people, in transactions of their own. */
function elsewhere(block: LedgerBlock): LedgerBlock {
  const text = JSON.stringify(z.encode(LedgerBlock, block))
  const renamed = text.replace(/\b(alice|bob|carol)\b/g, (name) => names[name]!)
  const { operations, ...rest } = LedgerBlock.parse(JSON.parse(renamed))
  const moved = operations.map((operation) => ({
    ...operation,
    transaction: transactionId(`elsewhere ${operation.transaction}`),
  }))
  return { ...rest, operations: moved }
}

/** A block with these operations one after the other, as hived has them: real ones first. */
function merged(block: LedgerBlock, ...lists: readonly LedgerBlock['operations'][]): LedgerBlock {
  const isVirtual = ({ action }: LedgerBlock['operations'][number]): boolean =>
    action.type === 'escrow-approved' || action.type === 'escrow-rejected'
  const all = lists.flat()
  const ordered = [...all.filter((each) => !isVirtual(each)), ...all.filter(isVirtual)]
  return { ...block, operations: ordered.map((each, position) => ({ ...each, position })) }
}

/** A ledger after it was written down and read again. */
function reread(ledger: Ledger): Ledger | null {
  const decoder = createLedgerDecoder()
  for (const part of encodeLedger(ledger)) decoder.add(part)
  return decoder.ledger()
}

describe('every history of the market', () => {
  test('folds to the same state hash twice, in one go or block by block', () => {
    fc.assert(
      fc.property(randomMarket(), (blocks) => {
        let stepwise = genesis()
        for (const block of blocks) stepwise = foldBlocks(stepwise, [block], testNetwork).ledger
        const whole = fold(blocks)
        expect(hashLedger(whole, sha256)).toBe(hashLedger(fold(blocks), sha256))
        expect(hashLedger(stepwise, sha256)).toBe(hashLedger(whole, sha256))
      }),
      runs,
    )
  })

  test('comes to the same state in whichever order a block has what does not concern one another', () => {
    let together = 0
    fc.assert(
      fc.property(randomMarket(), randomMarket(), (ours, others) => {
        const theirs = others.map(elsewhere)
        const both = ours.slice(0, theirs.length).map((block, index) => {
          const more = theirs[index]!.operations
          return [merged(block, block.operations, more), merged(block, more, block.operations)]
        })
        const [one, other] = [0, 1].map((order) => fold(both.map((orders) => orders[order]!)))
        expect(hashLedger(other!, sha256)).toBe(hashLedger(one!, sha256))
        const busy = [...one!.jobs.values()].filter(({ phase }) => phase !== 'offered')
        if (new Set(busy.map(({ creator }) => creator)).size === 2) together += 1
      }),
      { numRuns: 25 },
    )
    expect(together).toBeGreaterThan(0)
  })

  test('conserves every escrow: what was funded is held, paid or given back', () => {
    fc.assert(
      fc.property(randomMarket(), (blocks) => {
        const { escrows, jobs } = fold(blocks)
        for (const escrow of escrows.values()) {
          if (escrow.phase !== 'funded' && escrow.phase !== 'disputed') continue
          expect(escrow.held + escrow.toEncoder + escrow.toCreator).toBe(escrow.terms.hbd)
          expect(escrow.held).toBeGreaterThan(0n)
        }
        for (const job of jobs.values()) {
          if (job.phase === 'settled') expect(job.toEncoder + job.toCreator).toBe(job.award.price)
        }
      }),
      runs,
    )
  })

  test('never leaves a terminal phase nor changes what was settled', () => {
    fc.assert(
      fc.property(randomMarket(), (blocks) => {
        let ledger = genesis()
        for (const block of blocks) {
          const before = ledger
          ledger = foldBlocks(ledger, [block], testNetwork).ledger
          for (const [id, job] of before.jobs) {
            if (job.phase === 'cancelled') expect(ledger.jobs.get(id)).toEqual(job)
            if (job.phase !== 'settled') continue
            expect(ledger.jobs.get(id)).toMatchObject({
              phase: 'settled',
              toEncoder: job.toEncoder,
              toCreator: job.toCreator,
            })
          }
        }
      }),
      runs,
    )
  })

  test('survives being written down and read again', () => {
    fc.assert(
      fc.property(randomMarket(), (blocks) => {
        const ledger = fold(blocks)
        expect(reread(ledger)).toEqual(ledger)
      }),
      runs,
    )
  })

  test('gives everybody a score between 0 and 1000 inside its band, and says what it follows from', () => {
    fc.assert(
      fc.property(randomMarket(), fc.nat(20_000_000), (blocks, later) => {
        const ledger = fold(blocks)
        const at = height((ledger.head?.height ?? 1) + later)
        const known = new Set(
          blocks.flatMap(({ operations }) => operations.map(({ transaction }) => transaction)),
        )
        for (const account of [alice, bob, carol]) {
          for (const explained of explainStanding(ledger, account, at)) {
            const { score, low, high } = scoreOf(ledger, account, explained.role, at)
            expect(explained).toMatchObject({ score, low, high })
            expect(low).toBeGreaterThanOrEqual(0)
            expect(high).toBeLessThanOrEqual(1_000)
            expect(low).toBeLessThanOrEqual(score)
            expect(score).toBeLessThanOrEqual(high)
            const { start, points, entries } = explained
            expect(entries.reduce((sum, { added }) => sum + added, start)).toBe(points)
            expect(Math.floor(Number(points) / 1_000)).toBe(score)
            for (const { what, at: point } of entries.flatMap(({ transactions }) => transactions))
              if (what !== 'lapse') expect(known).toContain(point.transaction)
          }
        }
      }),
      runs,
    )
  })

  test('keeps of everybody what its jobs, looked at once more, come to', () => {
    fc.assert(
      fc.property(randomMarket(), (blocks) => {
        const { jobs, standings } = fold(blocks)
        const draft = createDraft(genesis())
        for (const job of jobs.values()) followJob(draft, undefined, job)
        expect(draft.ledger().standings).toEqual(standings)
      }),
      runs,
    )
  })

  test('reaches every end: paid, refunded, split, cancelled and reopened jobs all occur', () => {
    const seen = new Set<string>()
    for (const blocks of fc.sample(randomMarket(), { numRuns: 200, seed: 7 })) {
      for (const job of fold(blocks).jobs.values()) {
        seen.add(job.phase)
        if (job.phase !== 'settled') continue
        if (job.toCreator === 0n) seen.add('paid')
        if (job.toEncoder === 0n) seen.add('refunded')
        if (job.toEncoder > 0n && job.toCreator > 0n) seen.add('split')
        if (job.rejectedAwards > 0) seen.add('reopened')
      }
    }
    for (const end of [
      'settled',
      'cancelled',
      'delivered',
      'accepted',
      'paid',
      'refunded',
      'split',
      'reopened',
    ])
      expect(seen).toContain(end)
  })
})
