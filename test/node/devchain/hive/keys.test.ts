import { createHash } from 'node:crypto'
import { PrivateKey } from '@hiveio/dhive'
import { describe, expect, test } from 'vitest'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import { nullPublicKey, parsePublicKey } from '#node/devchain/hive/public-key.ts'
import { recoverKey } from '#node/devchain/hive/signature.ts'
import { createWitnessSigner } from '#node/devchain/hive/witness-signature.ts'
import { devchainKey, devchainPublicKey, keyRoles } from '#node/devchain/keys.ts'

test('the chain id is the hash of a text, and not that of mainnet', () => {
  const hash = createHash('sha256').update('spk-encoder devchain').digest('hex')
  expect(devchainChainId).toBe(hash)
})

describe('keys', () => {
  test.for(keyRoles)(
    "of a genesis account are dhive's for its name and the word devchain (%s)",
    (role) => {
      const key = PrivateKey.fromLogin('alice', 'devchain', role)
      expect(devchainKey('alice', role).toString()).toBe(key.toString())
      expect(devchainPublicKey('alice', role)).toBe(key.createPublic().toString())
    },
  )

  test('are read as hived reads them, the null key included', () => {
    expect(nullPublicKey).toBe('STM1111111111111111111111111111111114T1Anm')
    expect(parsePublicKey(nullPublicKey)).toEqual(Buffer.alloc(33))
    const key = devchainPublicKey('alice', 'active')
    expect(parsePublicKey(key)).toHaveLength(33)
    for (const wrong of ['', 'STM', key.slice(0, -1), `TST${key.slice(3)}`, `${key.slice(0, -1)}0`])
      expect(parsePublicKey(wrong)).toBeNull()
  })
})

test('blocks are signed with low signatures that name their key', () => {
  const signer = createWitnessSigner(createHash('sha256').update('a witness').digest())
  for (let index = 0; index < 20; index += 1) {
    const digest = createHash('sha256').update(`block ${index}`).digest()
    expect(recoverKey(signer.sign(digest), digest)).toBe(signer.publicKey)
  }
})
