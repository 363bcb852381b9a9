import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { foldBlocks } from '#contracts/fold.ts'
import { emptyLedger } from '#contracts/ledger.ts'
import { hashLedger } from '#contracts/snapshot.ts'
import { BlockHeight, Sha256Hex } from '#protocol/ids.ts'
import { LedgerBlock } from '#protocol/ledger-block.ts'
import { sha256 } from '../support/builders.ts'

/**
 * Histories and the hashes they fold to, in plain JSON: what another implementation has to reach, and what this one must not
 * leave without a new snapshot version.
 */
const Vectors = z.strictObject({
  operationId: z.string(),
  genesisHash: Sha256Hex,
  genesisHeight: BlockHeight,
  histories: z.array(z.strictObject({ blocks: z.array(LedgerBlock), stateHash: Sha256Hex })).min(1),
})

const file = new URL('../vectors/ledger.json', import.meta.url)
const { histories, operationId, genesisHash, genesisHeight } = Vectors.parse(
  JSON.parse(readFileSync(file, 'utf8')),
)

test.each(histories.map((history, number) => [number, history] as const))(
  'history %i folds to its hash',
  (_, { blocks, stateHash }) => {
    const start = emptyLedger(genesisHash, genesisHeight)
    const { ledger } = foldBlocks(start, blocks, { operationId, sha256 })
    expect(hashLedger(ledger, sha256)).toBe(stateHash)
  },
)

test('the histories reach every phase of a job', () => {
  const phases = histories.flatMap(({ blocks }) => {
    const start = emptyLedger(genesisHash, genesisHeight)
    const { ledger } = foldBlocks(start, blocks, { operationId, sha256 })
    return [...ledger.jobs.values()].map(({ phase }) => phase)
  })
  expect(new Set(phases)).toEqual(
    new Set(['offered', 'cancelled', 'awarded', 'accepted', 'delivered', 'settled']),
  )
})
