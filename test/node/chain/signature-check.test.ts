import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { recoverSigner } from '#node/chain/recover-signer.ts'
import { createSignatureCheck } from '#node/chain/signature-check.ts'
import { devchainKey, devchainPublicKey } from '#node/devchain/keys.ts'
import { Signature } from '#protocol/envelope.ts'

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
const signed = (name: string, text: string): Signature =>
  Signature.parse(devchainKey(name, 'posting').sign(digestOf(text)).toString())
const keysOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => devchainPublicKey(`signer-${index}`, 'posting'))

test('finds a signer where the key that can be recovered is one of those asked for', () => {
  const check = createSignatureCheck(10)
  for (let round = 0; round < 12; round += 1) {
    const text = `message ${round} – with more than ASCII`
    const signature = signed('alice', text)
    const recovered = recoverSigner(signature, digestOf(text))
    for (const name of ['alice', 'bob']) {
      const key = devchainPublicKey(name, 'posting')
      expect(check([key], text, signature)).toBe(recovered === key)
    }
    expect(check([devchainPublicKey('alice', 'posting')], `${text}.`, signature)).toBe(false)
  }
})

test.each([0, 1, 3, 8, 9, 40])('tells the signer among %i other keys from none', (count) => {
  const check = createSignatureCheck(4)
  const signature = signed('alice', 'a text')
  const others = keysOf(count)
  expect(check(others, 'a text', signature)).toBe(false)
  expect(check([...others, devchainPublicKey('alice', 'posting')], 'a text', signature)).toBe(true)
})

test('neither a text that is no key nor a signature that is none throws', () => {
  const check = createSignatureCheck(4)
  const key = devchainPublicKey('alice', 'posting')
  expect(check(['STMnonsense', key], 'a text', signed('alice', 'a text'))).toBe(true)
  expect(check(['STMnonsense'], 'a text', signed('alice', 'a text'))).toBe(false)
  for (const byte of ['00', 'ff'])
    expect(check([key], 'a text', Signature.parse(byte.repeat(65)))).toBe(false)
})
