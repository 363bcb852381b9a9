import { describe, expect, test } from 'vitest'
import { foldBlocks, InconsistentBlockError } from '#contracts/fold.ts'
import {
  alice,
  anAward,
  anOffer,
  aRegistration,
  blockId,
  bob,
  carol,
  encoderProfile,
  hbd,
  height,
  time,
} from '../support/builders.ts'
import type { TestChain } from '../support/test-chain.ts'
import {
  approves,
  createTestChain,
  disputes,
  funds,
  genesis,
  nextBlock,
  releases,
  says,
  startTime,
  testNetwork,
  virtually,
} from '../support/test-chain.ts'

const award = anAward()

function awarded(): TestChain {
  const chain = createTestChain()
  chain.block([
    says(bob, aRegistration({ roles: ['encoder'], encoder: encoderProfile })),
    says(carol, aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(1n) } })),
    says(alice, anOffer()),
  ])
  chain.block([funds(award, { ratificationDeadline: time(startTime + 30) }), says(alice, award)])
  return chain
}

describe('a block that cannot be true', () => {
  test.each([
    ['skips a number', { height: height(4) }],
    ['follows another block than was seen', { previous: blockId(1, 'fork') }],
  ])('%s', (_, overrides) => {
    const chain = awarded()
    const block = { ...nextBlock(chain.blocks().at(-1), []), ...overrides }
    expect(() => foldBlocks(chain.ledger(), [block], testNetwork)).toThrow(InconsistentBlockError)
  })

  test('lacks the virtual operation of a funding', () => {
    const chain = awarded()
    expect(() => chain.block([approves(award, bob), approves(award, carol)])).toThrow(
      /escrow-approved/,
    )
  })

  test('lacks the virtual operation of a refusal', () => {
    const chain = awarded()
    expect(() => chain.block([approves(award, bob, false)])).toThrow(/escrow-rejected/)
  })

  test('lacks the virtual operation of a lapsed ratification', () => {
    const chain = awarded()
    const skipTenBlocks = (): void => chain.skip(10)
    expect(skipTenBlocks).toThrow(/escrow-rejected/)
  })

  test.each([
    ['opens an escrow number that is in use', [funds(award)]],
    ['releases an escrow that is not funded', [releases(award, alice, bob)]],
    ['disputes an escrow that is not funded', [disputes(award, alice)]],
    ['approves twice for one side', [approves(award, bob), approves(award, bob)]],
  ])('%s', (_, actions) => {
    const chain = awarded()
    expect(() => chain.block(actions)).toThrow(InconsistentBlockError)
  })

  test('leaves the ledger as it was', () => {
    const chain = awarded()
    const before = chain.ledger()
    expect(() => chain.block([approves(award, bob), approves(award, carol)])).toThrow()
    expect(chain.ledger()).toBe(before)
  })
})

describe('a block that is only strange', () => {
  test("may have virtual operations of escrows that are not the market's", () => {
    const chain = awarded()
    const foreign = { ...virtually('escrow-approved', award), from: bob }
    expect(() => chain.block([foreign])).not.toThrow()
  })

  test('may open, fund, empty and open an escrow again in one transaction', () => {
    const chain = awarded()
    const again = anAward({ escrow: award.escrow })
    const records = chain.block([
      approves(award, bob),
      approves(award, carol),
      virtually('escrow-approved', award),
      releases(award, alice, bob),
      funds(again),
      approves(again, bob),
      approves(again, carol),
      virtually('escrow-approved', again),
    ])
    expect(records.every(({ refusal }) => refusal === null)).toBe(true)
    expect(chain.ledger().jobs.get(award.job)?.phase).toBe('settled')
  })

  test.each([
    ['nope', 'not-json'],
    ['{} x', 'not-json'],
    ['{"a":1,}', 'not-json'],
    ['null', 'not-an-object'],
    ['[1]', 'not-an-object'],
    ['{"v":2,"t":"job.offer"}', 'unknown'],
    ['{"v":1,"t":"job.steal"}', 'unknown'],
    ['{"v":1,"t":"constructor"}', 'unknown'],
    ['{"v":1,"t":"job.cancel","job":"alice:0000000000000001","__proto__":{}}', 'malformed'],
    [`{"v":1,"t":"job.cancel","job":"${'x'.repeat(7_000)}"}`, 'too-long'],
  ])('may carry %s, which is recorded and changes nothing', (json, refusal) => {
    const chain = createTestChain()
    const [record] = chain.block([
      { type: 'custom-json', signers: [{ account: alice, role: 'posting' }], json },
    ])
    expect(record?.refusal).toBe(refusal)
    const { head: _head, ...state } = chain.ledger()
    const { head: _none, ...empty } = genesis()
    expect(state).toEqual(empty)
  })

  test('may carry a statement with two signers or none', () => {
    const chain = createTestChain()
    const json = '{"v":1,"t":"node.retire"}'
    const two = [
      { account: alice, role: 'posting' as const },
      { account: bob, role: 'posting' as const },
    ]
    const records = chain.block([
      { type: 'custom-json', signers: two, json },
      { type: 'custom-json', signers: [], json },
    ])
    expect(records.map(({ refusal }) => refusal)).toEqual(['not-one-signer', 'not-one-signer'])
  })
})
