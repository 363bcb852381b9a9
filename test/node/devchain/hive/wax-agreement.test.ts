import fc from 'fast-check'
import { expect, test } from 'vitest'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import { HiveError } from '#node/devchain/hive/hive-error.ts'
import { devchainKey, devchainPublicKey } from '#node/devchain/keys.ts'
import { sealTransaction } from '#node/devchain/transactions/sealed-transaction.ts'
import type { Transaction } from '#node/devchain/transactions/transaction.ts'
import { parseTransaction, validateTransaction } from '#node/devchain/transactions/transaction.ts'
import { operationNames, transactionOf } from '../arbitraries.ts'
import { createHivedOracle, isValidForHived } from './hived-oracle.ts'

const oracle = createHivedOracle()
const alice = devchainKey('alice', 'active')
const aliceKey = devchainPublicKey('alice', 'active')

test('ids, digests and signers of any transaction are those of hived, in both packings', {
  timeout: 30_000,
}, async () => {
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(transactionOf(3), async (unsigned) => {
      const wax = await oracle()
      const parsed = read(unsigned)
      fc.pre(parsed !== null)
      for (const [name] of unsigned.operations) seen.add(name)
      const waxed = wax.createTransactionFromLegacyJson({ ...unsigned, signatures: [] } as never)
      const digests = { legacy: waxed.legacy_sigDigest, hf26: waxed.sigDigest }
      const ids = { legacy: waxed.legacy_id, hf26: waxed.id }
      for (const form of ['legacy', 'hf26'] as const) {
        const signature = alice.sign(Buffer.from(digests[form], 'hex')).toString()
        const signed = { ...parsed, signatures: [signature] }
        const sealed = sealTransaction(signed, form, devchainChainId)
        expect(sealed.id).toBe(ids[form])
        expect([...sealed.keys()]).toEqual([aliceKey])
      }
    }),
    { numRuns: 50 },
  )
  expect([...seen].sort()).toEqual([...operationNames].sort())
})

test('what hived refuses without looking at a chain is refused, and nothing else', {
  timeout: 30_000,
}, async () => {
  const verdicts = { valid: 0, invalid: 0 }
  await fc.assert(
    fc.asyncProperty(transactionOf(1), async (unsigned) => {
      const valid = isValidForHived(await oracle(), { ...unsigned, signatures: [] })
      verdicts[valid ? 'valid' : 'invalid'] += 1
      expect(isValid(unsigned)).toBe(valid)
    }),
    { numRuns: 200 },
  )
  expect(Math.min(verdicts.valid, verdicts.invalid)).toBeGreaterThan(30)
})

function isValid(unsigned: object): boolean {
  const parsed = read(unsigned)
  if (parsed === null) return false
  try {
    validateTransaction(parsed)
    return true
  } catch (error) {
    if (error instanceof HiveError) return false
    throw error
  }
}

function read(unsigned: object): Transaction | null {
  try {
    return parseTransaction(unsigned)
  } catch (error) {
    if (error instanceof HiveError) return null
    throw error
  }
}
