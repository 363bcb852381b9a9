import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldBlocks } from '#contracts/fold.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { parametersAt } from '#contracts/parameters.ts'
import { encoderScore } from '#contracts/reputation.ts'
import { decodeLedger, encodeLedger, hashLedger } from '#contracts/snapshot.ts'
import type { LedgerBlock } from '#protocol/ledger-block.ts'
import { height, sha256 } from '../support/builders.ts'
import { randomMarket } from '../support/random-market.ts'
import { genesis, testNetwork } from '../support/test-chain.ts'

const fold = (blocks: readonly LedgerBlock[]): Ledger =>
  foldBlocks(genesis(), blocks, testNetwork).ledger
const runs = { numRuns: 60 }

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
        expect(decodeLedger(encodeLedger(ledger))).toEqual(ledger)
      }),
      runs,
    )
  })

  test('gives every encoder a score between 0 and 1000 inside its band', () => {
    fc.assert(
      fc.property(randomMarket(), fc.nat(20_000_000), (blocks, later) => {
        const { standings, head } = fold(blocks)
        const at = height((head?.height ?? 1) + later)
        for (const standing of standings.values()) {
          const { score, low, high } = encoderScore(standing, at, parametersAt(at))
          expect(low).toBeGreaterThanOrEqual(0)
          expect(high).toBeLessThanOrEqual(1_000)
          expect(low).toBeLessThanOrEqual(score)
          expect(score).toBeLessThanOrEqual(high)
        }
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
