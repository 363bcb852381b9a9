import { expect, test } from 'vitest'
import { bob, hashHex, time } from '#test/support/builders.ts'
import { sealText } from '#ui/features/jobs/seal-text.ts'

test('a sealed bid says until when it is closed, or that it was not opened', () => {
  const seal = { encoder: bob, bid: hashHex('bid'), sealedUntil: time(1_800_000_000) }
  expect(sealText({ ...seal, isOverdue: false })).toBe('Sealed until 08:00:00 UTC')
  expect(sealText({ ...seal, isOverdue: true })).toBe('Not opened; it was to be at 08:00:00 UTC')
})
