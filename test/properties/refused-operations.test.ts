import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldBlocks } from '#contracts/fold.ts'
import type { Job } from '#contracts/job.ts'
import type { Ledger } from '#contracts/ledger.ts'
import { hashLedger } from '#contracts/snapshot.ts'
import { canonicalHash } from '#protocol/canonical.ts'
import type { LedgerAction, LedgerBlock } from '#protocol/ledger-block.ts'
import type { Operation } from '#protocol/operation.ts'
import {
  aDelivery,
  alice,
  anAward,
  anOffer,
  bob,
  carol,
  cid,
  hashHex,
  hbd,
  salt,
  sha256,
  time,
  transactionId,
} from '../support/builders.ts'
import { blockAfter, randomMarket } from '../support/random-market.ts'
import { genesis, says, startTime, testNetwork } from '../support/test-chain.ts'

/** What must change nothing: whatever is no operation, and whatever comes too late. */

const fold = (blocks: readonly LedgerBlock[], start = genesis()) =>
  foldBlocks(start, blocks, testNetwork)
const runs = { numRuns: 40 }

/** Everything but the head, whose block is there in either case. */
const state = (ledger: Ledger): string => hashLedger({ ...ledger, head: null }, sha256)

const nothings = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.json(),
  fc.constantFrom('nope', '{} x', '{"a":1,}', '{"a":01}', '{"a":.5}', '"\n"', '', '\u0000'),
  fc
    .record({ v: fc.constantFrom(1, 2, '1', null), t: fc.string() })
    .map((value) => JSON.stringify(value)),
  fc
    .constantFrom('job.offer', 'job.award', 'node.update', 'checkpoint', 'constructor')
    .map((t) => JSON.stringify({ v: 1, t, ['__proto__']: { v: 1 } })),
)

function withNothing(block: LedgerBlock, json: string): LedgerBlock {
  const signers = [{ account: bob, role: 'posting' as const }]
  const action: LedgerAction = { type: 'custom-json', signers, json }
  const transaction = transactionId(`nothing ${block.height}`)
  const real = block.operations.filter(({ action: { type } }) => !isVirtual(type))
  const virtual = block.operations.filter(({ action: { type } }) => isVirtual(type))
  const operations = [...real, { transaction, action }, ...virtual]
  return { ...block, operations: operations.map((each, position) => ({ ...each, position })) }
}

const isVirtual = (type: string): boolean =>
  type === 'escrow-approved' || type === 'escrow-rejected'

describe('what is no operation', () => {
  test('is recorded with a reason wherever it stands, and changes nothing', () => {
    fc.assert(
      fc.property(
        randomMarket(),
        fc.array(nothings, { minLength: 1, maxLength: 40 }),
        (blocks, texts) => {
          const mixed = blocks.map((block, index) =>
            withNothing(block, texts[index % texts.length] ?? ''),
          )
          const folded = fold(mixed)
          expect(state(folded.ledger)).toBe(state(fold(blocks).ledger))
          const said = folded.records.filter(
            ({ transaction, height }) => transaction === transactionId(`nothing ${height}`),
          )
          expect(said).toHaveLength(blocks.length)
          for (const { refusal, facts } of said) {
            expect(facts).toEqual([])
            expect(['not-json', 'not-an-object', 'unknown', 'malformed', 'too-long']).toContain(
              refusal,
            )
          }
        },
      ),
      runs,
    )
  })
})

/** Every operation that could move a job, as everybody might try it. */
function attempts(job: Job): readonly Operation[] {
  const { id } = job
  const offer = anOffer({ job: id, deliverBy: time(startTime + 200_000) })
  const attest = { root: cid('root'), verdict: 'pass', salt, seed: hashHex('seed') } as const
  return [
    offer,
    { v: 1, t: 'job.cancel', job: id },
    anAward({ job: id, readyBy: time(startTime + 150_000) }),
    aDelivery(offer),
    { v: 1, t: 'job.attest', job: id, ...attest, challenged: [0], faults: [] },
    ...[0n, 3n].map(
      (milli): Operation => ({
        v: 1,
        t: 'job.ruling',
        job: id,
        verdict: 'pass',
        toEncoder: hbd(milli),
        toCreator: hbd(3n - milli),
        faults: [],
      }),
    ),
    { v: 1, t: 'encoder.rate', job: id, encoder: bob, stars: 1 },
  ]
}

describe('a job that is over', () => {
  test('takes no operation of anybody but one rating of its payer', () => {
    let attempted = 0
    fc.assert(
      fc.property(randomMarket(), (blocks) => {
        const { ledger } = fold(blocks)
        const over = [...ledger.jobs.values()].filter(
          ({ phase }) => phase === 'settled' || phase === 'cancelled',
        )
        for (const job of over) {
          const tries = attempts(job).flatMap((operation) =>
            [alice, bob, carol].map((who) => [says(who, operation)]),
          )
          const block = blockAfter(ledger, blocks.at(-1), tries)
          const { ledger: after, records } = fold([block], ledger)
          // Behind them stands what lapses in the block, of other jobs.
          const tried = records.filter(({ position }) => position < tries.length)
          const accepted = tried.filter(({ refusal }) => refusal === null)
          attempted += tried.length
          const now = after.jobs.get(job.id)
          if (accepted.length === 0) expect(now).toEqual(job)
          else {
            expect(accepted.flatMap(({ facts }) => facts)).toMatchObject([
              { type: 'encoder-rated' },
            ])
            expect({ ...now, stars: null, ratedAt: null }).toEqual(job)
          }
        }
      }),
      runs,
    )
    expect(attempted).toBeGreaterThan(0)
  })
})

test('the checkpoint of every history binds the one before, the block and the state at its height', () => {
  let passed = 0
  fc.assert(
    fc.property(randomMarket(), (blocks) => {
      const until = blocks.findIndex(({ height }) => height === 1_000)
      if (until < 0) return
      passed += 1
      const before = fold(blocks.slice(0, until)).ledger
      const at = fold(blocks.slice(0, until + 1)).ledger
      const { checkpoint, pastCheckpoints } = before
      const unchained = hashLedger({ ...at, checkpoint, pastCheckpoints }, sha256)
      const link = {
        previous: checkpoint.hash,
        block: at.head?.id,
        height: 1_000,
        state: unchained,
      }
      expect(at.checkpoint.hash).toBe(canonicalHash(link, sha256))
      expect(fold(blocks).ledger.checkpoint).toEqual(at.checkpoint)
    }),
    runs,
  )
  expect(passed).toBeGreaterThan(10)
})
