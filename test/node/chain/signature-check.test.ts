import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { nativeChecks, opensslChecks } from '#node/chain/key-checks.ts'
import { recoverSigner } from '#node/chain/recover-signer.ts'
import { loadSecp256k1 } from '#node/chain/secp256k1.ts'
import { createSignatureCheck } from '#node/chain/signature-check.ts'
import { curveOrder } from '#node/devchain/hive/signature.ts'
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

/** The other value of `s` that verifies, which libsecp256k1 alone would not take. */
function mirrored(signature: Signature): Signature {
  const s = curveOrder - BigInt(`0x${signature.slice(66)}`)
  return Signature.parse(signature.slice(0, 66) + s.toString(16).padStart(64, '0'))
}

test('libsecp256k1 finds what OpenSSL finds, of what is a signature and of what is none', () => {
  const native = loadSecp256k1()
  // Where there is no build of it, OpenSSL is all there is.
  const checks = [opensslChecks, ...(native ? [nativeChecks(native)] : [])]
  const [key, other] = keysOf(2) as [string, string]
  const order = curveOrder.toString(16)
  const zero = '0'.repeat(64)
  const rows = Array.from({ length: 8 }, (_, round) => {
    const text = `text ${round}`
    const good = signed('signer-0', text)
    const [r, s] = [good.slice(2, 66), good.slice(66)]
    const bad = [`1f${zero}${s}`, `1f${r}${zero}`, `1f${order}${s}`, `1f${r}${order}`]
    return [
      { key, text, signature: good, is: true },
      { key, text, signature: mirrored(good), is: true },
      { key: other, text, signature: good, is: false },
      { key, text: `${text}!`, signature: good, is: false },
      ...bad.map((each) => ({ key, text, signature: Signature.parse(each), is: false })),
    ]
  }).flat()
  for (const each of checks) {
    const check = createSignatureCheck(4, each)
    for (const row of rows) expect(check([row.key], row.text, row.signature)).toBe(row.is)
  }
})
