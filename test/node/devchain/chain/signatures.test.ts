import { describe, expect, test } from 'vitest'
import { curveOrder } from '#node/devchain/hive/signature.ts'
import { refusal } from '../refusal.ts'
import { aChainWithBlocks, customJson, payment, send, signTransaction } from '../signing.ts'

describe('signatures', () => {
  test('a signature for another chain is a missing authority', async () => {
    await using chain = await aChainWithBlocks()
    const mainnet = `beeab0de${'0'.repeat(56)}`
    const { name } = await refusal(send(chain, { operations: payment, chainId: mainnet }))
    expect(name).toBe('tx_missing_active_auth')
  })

  test('the same signer twice is refused', async () => {
    await using chain = await aChainWithBlocks()
    const signed = signTransaction(chain, { operations: payment }, 'alice', 'alice')
    const { name } = await refusal(chain.client.broadcast.send(signed))
    expect(name).toBe('tx_duplicate_sig')
  })

  test('the higher of the two values that verify is refused', async () => {
    await using chain = await aChainWithBlocks()
    const signed = signTransaction(chain, { operations: payment }, 'alice')
    const signatures = signed.signatures.map(withHighS)
    const { message } = await refusal(chain.client.broadcast.send({ ...signed, signatures }))
    expect(message).toContain('not canonical')
  })

  test('a signature that no key can have made is refused', async () => {
    await using chain = await aChainWithBlocks()
    const signed = signTransaction(chain, { operations: payment }, 'alice')
    const signatures = [`1f${'f'.repeat(64)}${'1'.repeat(64)}`]
    const { message } = await refusal(chain.client.broadcast.send({ ...signed, signatures }))
    expect(message).toContain('unable to reconstruct public key')
  })

  test('a list of signers out of order is sorted before it is hashed, which dhive does not do', async () => {
    await using chain = await aChainWithBlocks()
    const unsorted = [customJson('[]', { active: ['bob', 'alice'] })]
    const sorted = [customJson('{}', { active: ['alice', 'bob'] })]
    await expect(chain.broadcast(sorted, 'alice', 'bob')).resolves.toBeDefined()
    const { name } = await refusal(chain.broadcast(unsorted, 'alice', 'bob'))
    expect(name).toBe('tx_missing_active_auth')
  })
})

/** The other value of `s` that verifies, with the parity of the point turned over. */
function withHighS(signature: string): string {
  const header = Number.parseInt(signature.slice(0, 2), 16)
  const s = curveOrder - BigInt(`0x${signature.slice(66)}`)
  const flipped = ((header - 31) ^ 1) + 31
  return flipped.toString(16) + signature.slice(2, 66) + s.toString(16).padStart(64, '0')
}
