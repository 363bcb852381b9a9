import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { foldBlocks } from '#contracts/fold.ts'
import { emptyLedger } from '#contracts/ledger.ts'
import { hashLedger } from '#contracts/snapshot.ts'
import { BlockHeight, BlockId, Sha256Hex } from '#protocol/ids.ts'
import { LedgerBlock } from '#protocol/ledger-block.ts'
import { sha256 } from '../support/builders.ts'

/**
 * Histories and the hashes they fold to, in plain JSON: what another implementation has to reach, and what this one must not
 * leave without a new snapshot version.
 */
const Vectors = z.strictObject({
  operationId: z.string(),
  activations: z
    .strictObject({
      'job.offer grid.range': z.int(),
      'job.offer sealedUntil': z.int(),
      'node.register region': z.int(),
    })
    .optional(),
  genesisHash: Sha256Hex,
  genesisHeight: BlockHeight,
  histories: z
    .array(
      z.strictObject({
        blocks: z.array(LedgerBlock),
        refusals: z.array(
          z.strictObject({ height: z.int(), position: z.int(), refusal: z.string() }),
        ),
        checkpoint: z.strictObject({
          height: BlockHeight,
          block: BlockId.nullable(),
          hash: Sha256Hex,
        }),
        stateHash: Sha256Hex,
      }),
    )
    .min(1),
})

const read = (name: string): z.infer<typeof Vectors> =>
  Vectors.parse(JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8')))

const files = ['ledger.json', 'activations.json'].map((name) => [name, read(name)] as const)
const { histories, operationId, genesisHash, genesisHeight } = read('ledger.json')

const each = files.flatMap(([name, vectors]) =>
  vectors.histories.map((history, number) => [number, name, { ...vectors, ...history }] as const),
)

test.each(each)(
  'history %i of %s folds to its hash, its checkpoint and its refusals',
  (_, __, { blocks, refusals, checkpoint, stateHash, ...vectors }) => {
    const start = emptyLedger(vectors.genesisHash, vectors.genesisHeight)
    const network = { ...vectors, sha256 }
    const { ledger, records } = foldBlocks(start, blocks, network)
    const refused = records.filter(({ refusal }) => refusal !== null)
    expect(refused.map(({ height, position, refusal }) => ({ height, position, refusal }))).toEqual(
      refusals,
    )
    expect(ledger.checkpoint).toEqual(checkpoint)
    expect(hashLedger(ledger, sha256)).toBe(stateHash)
  },
)

test('the histories pass a checkpoint, and some publish it, truly and falsely', () => {
  expect(histories.some(({ checkpoint }) => checkpoint.height === 1_000)).toBe(true)
  const claims = histories.flatMap(({ blocks }) => {
    const start = emptyLedger(genesisHash, genesisHeight)
    return [...foldBlocks(start, blocks, { operationId, sha256 }).ledger.claims.values()]
  })
  expect(new Set(claims.map(({ agrees }) => agrees))).toEqual(new Set([true, false]))
})

test('in the histories parties of disputes are heard, and refused', () => {
  const outcomes = histories.flatMap(
    ({ blocks }) =>
      foldBlocks(emptyLedger(genesisHash, genesisHeight), blocks, { operationId, sha256 }).records,
  )
  expect(outcomes.some(({ facts }) => facts.some(({ type }) => type === 'evidence-given'))).toBe(
    true,
  )
  const refusals = new Set(outcomes.map(({ refusal }) => refusal))
  expect(refusals.has('not-disputed')).toBe(true)
})

test('the histories pass every phase of a job', () => {
  const phases = histories.flatMap(({ blocks }) => {
    let ledger = emptyLedger(genesisHash, genesisHeight)
    return blocks.flatMap((block) => {
      ledger = foldBlocks(ledger, [block], { operationId, sha256 }).ledger
      return [...ledger.jobs.values()].map(({ phase }) => phase)
    })
  })
  expect(new Set(phases)).toEqual(
    new Set(['offered', 'cancelled', 'awarded', 'accepted', 'delivered', 'settled']),
  )
})
