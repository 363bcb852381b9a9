import { describe, expect, test } from 'vitest'
import { divergenceOf } from '#contracts/checkpoints.ts'
import { foldBlocks } from '#contracts/fold.ts'
import type { Ledger } from '#contracts/ledger.ts'
import type { RoleRecord } from '#contracts/standing.ts'
import type { HiveAccount, Sha256Hex } from '#protocol/ids.ts'
import {
  account,
  alice,
  aRegistration,
  blockId,
  bob,
  carol,
  hashHex,
  height,
} from '../support/builders.ts'
import type { TestChain } from '../support/test-chain.ts'
import { createTestChain, genesis, says, testNetwork } from '../support/test-chain.ts'

const dave = account('dave')

/** A chain past its first checkpoint, with four accounts that run nodes. */
function pastCheckpoint(blocks = 1_000): TestChain {
  const chain = createTestChain()
  chain.block([alice, bob, carol, dave].map((who) => says(who, aRegistration())))
  chain.skip(blocks - 1)
  return chain
}

/** Lets an account publish the ledger's own checkpoint, or another hash for it. */
function claim(chain: TestChain, who: HiveAccount, hash?: Sha256Hex) {
  const { checkpoint } = chain.ledger()
  const block = checkpoint.block ?? blockId(0)
  const { height } = checkpoint
  const said = { v: 1, t: 'checkpoint', height, block, hash: hash ?? checkpoint.hash } as const
  return chain.block([says(who, said)])[0]
}

const lie = hashHex('another state')

describe('a published checkpoint', () => {
  test('is held against the own one of its height and kept by account', () => {
    const chain = pastCheckpoint()
    const at = { type: 'checkpoint-agreed', account: alice, height: 1_000 }
    expect(claim(chain, alice)?.facts).toEqual([at])
    expect(claim(chain, bob, lie)?.facts).toEqual([
      { type: 'checkpoint-differs', account: bob, height: 1_000 },
    ])
    const { claims } = chain.ledger()
    expect([claims.get(alice)?.agrees, claims.get(bob)?.agrees]).toEqual([true, false])
  })

  test('differs where its block is another, though its hash is not', () => {
    const chain = pastCheckpoint()
    const { height: at, hash } = chain.ledger().checkpoint
    const said = { v: 1, t: 'checkpoint', height: at, block: blockId(1_000, 'fork'), hash } as const
    expect(chain.block([says(alice, said)])[0]?.facts).toMatchObject([
      { type: 'checkpoint-differs' },
    ])
  })

  test('is refused of a stranger, twice, and of a height that has none', () => {
    const chain = pastCheckpoint()
    expect(claim(chain, account('mallory'))?.refusal).toBe('not-registered')
    claim(chain, alice)
    expect(claim(chain, alice, lie)?.refusal).toBe('checkpoint-repeated')
    for (const wrong of [1, 999, 2_000]) {
      const said = { v: 1, t: 'checkpoint', height: wrong, block: blockId(wrong), hash: lie }
      const operation = { ...said, height: height(wrong) } as never
      expect(chain.block([says(bob, operation)])[0]?.refusal).toBe('checkpoint-unknown')
    }
  })

  test('is still heard a day later, and not for ever', () => {
    const chain = pastCheckpoint()
    const { checkpoint } = chain.ledger()
    const block = checkpoint.block ?? blockId(0)
    const said = { v: 1, t: 'checkpoint', ...checkpoint, block } as const
    chain.skip(30_000)
    expect(chain.block([says(alice, said)])[0]?.facts).toMatchObject([
      { type: 'checkpoint-agreed' },
    ])
    chain.skip(2_000)
    expect(chain.block([says(bob, said)])[0]?.refusal).toBe('checkpoint-unknown')
  })
})

/** A ledger in which an account has encoded so many jobs. */
function worked(ledger: Ledger, who: HiveAccount, deeds: bigint): Ledger {
  const encoder: RoleRecord = {
    good: new Map(),
    goodTotal: 0n,
    faults: 0n,
    deeds,
    marks: new Map(),
  }
  return { ...ledger, standings: new Map([...ledger.standings, [who, { encoder }]]) }
}

describe('a ledger', () => {
  test('is trusted while nobody contradicts it', () => {
    const chain = pastCheckpoint()
    expect(divergenceOf(chain.ledger(), alice)).toBeNull()
    claim(chain, bob)
    expect(divergenceOf(chain.ledger(), alice)).toBeNull()
  })

  test('is not trusted where one contradicts it and nobody stands by it', () => {
    const chain = pastCheckpoint()
    claim(chain, bob, lie)
    expect(divergenceOf(chain.ledger(), alice)).toEqual({
      height: 1_000,
      differing: [bob],
      agreeing: [],
    })
  })

  test('is trusted while more stand by it than contradict it', () => {
    const chain = pastCheckpoint()
    claim(chain, bob, lie)
    claim(chain, carol)
    expect(divergenceOf(chain.ledger(), alice)).toBeNull()
    claim(chain, dave, lie)
    expect(divergenceOf(chain.ledger(), alice)?.differing).toHaveLength(2)
    expect(divergenceOf(chain.ledger(), bob)).not.toBeNull()
  })

  test('is not trusted by the node whose own claim contradicts it, whoever stands by it', () => {
    const chain = pastCheckpoint()
    claim(chain, alice, lie)
    claim(chain, bob)
    claim(chain, carol)
    expect(divergenceOf(chain.ledger(), alice)).not.toBeNull()
    expect(divergenceOf(chain.ledger(), bob)).toBeNull()
  })

  test('is trusted by those who earned their say rather than by many who did not', () => {
    const chain = pastCheckpoint()
    for (const who of [bob, carol, dave]) claim(chain, who, lie)
    expect(divergenceOf(worked(chain.ledger(), alice, 1n), alice)).toBeNull()
    expect(divergenceOf(chain.ledger(), alice)).not.toBeNull()
  })

  test('is not stopped by a thousand accounts that have done nothing, and is by one that did as much', () => {
    const chain = pastCheckpoint()
    claim(chain, bob, lie)
    const one = chain.ledger().claims.get(bob)!
    const many = Array.from({ length: 1_000 }, (_, index) => account(`fake${index}`))
    const claims = new Map(many.map((name) => [name, one]))
    const crowded = worked({ ...chain.ledger(), claims }, alice, 1n)
    expect(divergenceOf(crowded, alice)).toBeNull()
    expect(divergenceOf(worked(crowded, many[0]!, 1n), alice)).not.toBeNull()
  })

  test('forgets what was said of checkpoints that are no longer kept', () => {
    const chain = pastCheckpoint()
    claim(chain, bob, lie)
    chain.skip(32_000)
    expect(divergenceOf(chain.ledger(), alice)).toBeNull()
  })
})

test('checkpoints come at every thousandth block and bind those before, however blocks are cut into runs', () => {
  const chain = pastCheckpoint(3_500)
  const { checkpoint, pastCheckpoints } = chain.ledger()
  expect([...pastCheckpoints, checkpoint].map(({ height }) => height)).toEqual([
    1, 1_000, 2_000, 3_000,
  ])
  const whole = foldBlocks(genesis(), chain.blocks(), testNetwork).ledger
  expect(whole).toEqual(chain.ledger())
  const [first, ...rest] = chain.blocks()
  const other = { ...first, operations: [] } as typeof first
  const changed = foldBlocks(genesis(), [other, ...rest] as never, testNetwork).ledger
  expect(changed.checkpoint.hash).not.toBe(checkpoint.hash)
  expect(changed.checkpoint.block).toBe(checkpoint.block)
})
