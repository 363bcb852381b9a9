import { expect, test } from 'vitest'
import { foldBlocks } from '#contracts/fold.ts'
import type { Ledger } from '#contracts/ledger.ts'
import type { LedgerDecoder } from '#contracts/snapshot.ts'
import {
  createLedgerDecoder,
  encodeLedger,
  hashLedger,
  hashPart,
  snapshotVersion,
} from '#contracts/snapshot.ts'
import { Recipe } from '#protocol/recipe.ts'
import { account, aRegistration, sha256 } from '../support/builders.ts'
import { genesis, nextBlock, says, testNetwork } from '../support/test-chain.ts'

/**
 * A snapshot of another program, read as if it were today's, would hold offers that today's refuses. Who changes the recipes
 * changes the version, and then this.
 */
test('a snapshot’s version is another wherever offers can name other recipes', () => {
  expect({ version: snapshotVersion, recipes: Recipe.options }).toEqual({
    version: 7,
    recipes: ['h264-ts-4', 'h265-fmp4-3', 'vp9-fmp4-3', 'av1-fmp4-3'],
  })
})

/** A ledger of so many nodes. */
function aLedgerOf(nodes: number): Ledger {
  const registrations = Array.from({ length: nodes }, (_, index) => [
    says(account(`node${index}`), aRegistration()),
  ])
  return foldBlocks(genesis(), [nextBlock(undefined, registrations)], testNetwork).ledger
}

const decoderOf = (parts: Iterable<string>): LedgerDecoder => {
  const decoder = createLedgerDecoder()
  for (const part of parts) decoder.add(part)
  return decoder
}

test('a ledger of more entries than a part has is written in several, and is the same when read', () => {
  const ledger = aLedgerOf(2_500)
  const parts = [...encodeLedger(ledger)]
  const entries = parts.map((part) => part.match(/"node\d+",\{/g)?.length ?? 0)
  expect(entries).toEqual([0, 1_000, 1_000, 500])
  const read = decoderOf(parts).ledger()
  expect(read).toEqual(ledger)
  expect(read && hashLedger(read, sha256)).toBe(hashLedger(ledger, sha256))
})

test('equal ledgers have equal parts, whatever order things happened in', () => {
  const ledger = aLedgerOf(50)
  const backwards = { ...ledger, nodes: new Map([...ledger.nodes].reverse()) }
  expect([...encodeLedger(backwards)]).toEqual([...encodeLedger(ledger)])
})

test('the hash of a part tells of every part before it', () => {
  const [first, second] = ['{"rest":{}}', '{"entries":[],"table":"jobs"}']
  const hash = hashPart(hashPart('', first, sha256), second, sha256)
  expect(hashPart(hashPart('', second, sha256), first, sha256)).not.toBe(hash)
  expect(hashPart('', second, sha256)).not.toBe(hash)
})

test('nothing is read where the first part is missing', () => {
  expect(decoderOf([...encodeLedger(aLedgerOf(1))].slice(1)).ledger()).toBeNull()
})
