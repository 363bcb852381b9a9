import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSecretBox, keyIdOf } from '#node/secrets/secret-box.ts'

const [first, second] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
const box = createSecretBox([first])
const unreadable = expect.objectContaining({ code: 'secret-unreadable' })

test('a secret comes back as it was, and is never stored the same twice', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (secret, owner) => {
      const [one, other] = [box.seal(secret, owner), box.seal(secret, owner)]
      expect(one).not.toBe(other)
      expect([box.open(one, owner), box.open(other, owner)]).toEqual([secret, secret])
    }),
  )
})

test('a sealed text tells neither the secret nor the key, but which key it was', () => {
  const sealed = box.seal('whsec_abc', 'alice')
  expect(sealed).not.toContain('whsec_abc')
  expect(sealed.split(':')[2]).toBe(keyIdOf(first))
  expect(sealed).not.toContain(Buffer.from(first).toString('hex').slice(0, 16))
})

test('a text of another owner, and one with any byte changed, is not opened', () => {
  const sealed = box.seal('whsec_abc', 'alice')
  expect(() => box.open(sealed, 'bob')).toThrow(unreadable)
  const [, , , text = ''] = sealed.split(':')
  const bytes = Buffer.from(text, 'base64url')
  for (const at of bytes.keys()) {
    const changed = Buffer.from(bytes)
    changed[at] = changed[at]! ^ 1
    const forged = sealed.replace(text, changed.toString('base64url'))
    expect(() => box.open(forged, 'alice')).toThrow(unreadable)
  }
  for (const cut of ['sealed:', 'sealed:1:x:y', sealed.slice(0, 30)])
    expect(() => box.open(cut, 'alice')).toThrow(unreadable)
})

test('with another key in front what was sealed before is still opened, and no more once it is gone', () => {
  const sealed = box.seal('whsec_abc', 'alice')
  const both = createSecretBox([second, first])
  expect(both.open(sealed, 'alice')).toBe('whsec_abc')
  const again = both.seal('whsec_abc', 'alice')
  expect(() => box.open(again, 'alice')).toThrow(unreadable)
  expect(createSecretBox([second]).open(again, 'alice')).toBe('whsec_abc')
  expect(() => createSecretBox([second]).open(sealed, 'alice')).toThrow(unreadable)
})

test('a secret that was stored in clear is read as it is', () => {
  expect(box.open('whsec_abc', 'alice')).toBe('whsec_abc')
})
