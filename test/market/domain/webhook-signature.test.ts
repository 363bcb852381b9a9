import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WebhookHeaders } from '#market/domain/webhook-signature.ts'
import {
  formatWebhookSecret,
  refusalOfWebhook,
  replayWindowSeconds,
  signWebhook,
} from '#market/domain/webhook-signature.ts'
import { webhookCrypto } from '#node/webhooks/webhook-crypto.ts'
import { utf8 } from '#protocol/canonical.ts'

const secret = formatWebhookSecret(new Uint8Array(32).fill(7))
const nowSeconds = 1_800_000_000
const message = { id: 'event-1', timestamp: nowSeconds, body: utf8('{"type":"job.completed"}') }
const { body } = message
const headers = signWebhook(message, secret, webhookCrypto)

const refusal = (
  changed: Partial<WebhookHeaders>,
  { at = nowSeconds, bytes = body, by = secret } = {},
) =>
  refusalOfWebhook(
    { headers: { ...headers, ...changed }, body: bytes },
    { secret: by, nowSeconds: at },
    webhookCrypto,
  )

test('the published example of the specification has the published signature', () => {
  const example = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330 }
  const signed = signWebhook(
    { ...example, body: utf8('{"test": 2432232314}') },
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    webhookCrypto,
  )
  expect(signed['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

test('a signed call is believed, also among signatures of other versions and secrets', () => {
  expect(refusal({})).toBeNull()
  const others = `v1a,abcd v1,${btoa('x'.repeat(32))} ${headers['webhook-signature']}`
  expect(refusal({ 'webhook-signature': others })).toBeNull()
})

test('a call is believed within the replay window and not beyond it, early or late', () => {
  for (const way of [-1, 1]) {
    expect(refusal({}, { at: nowSeconds + way * replayWindowSeconds })).toBeNull()
    expect(refusal({}, { at: nowSeconds + way * (replayWindowSeconds + 1) })).toBe(
      'timestamp-outside-window',
    )
  }
})

test('a recorded call under a new time or another id is refused', () => {
  expect(refusal({ 'webhook-timestamp': String(nowSeconds + 1) })).toBe('signature-wrong')
  expect(refusal({ 'webhook-timestamp': `0${nowSeconds}` })).toBe('signature-wrong')
  expect(refusal({ 'webhook-id': 'event-2' })).toBe('signature-wrong')
})

test('what moves between the id, the time and the body is refused', () => {
  const moved = utf8(`${nowSeconds}.${new TextDecoder().decode(body)}`)
  expect(refusal({ 'webhook-id': 'event-1.x' })).toBe('signature-wrong')
  expect(refusal({}, { bytes: moved })).toBe('signature-wrong')
})

test.each([
  ['no signature', { 'webhook-signature': '' }],
  ['no id', { 'webhook-id': '' }],
  ['a time of words', { 'webhook-timestamp': 'yesterday' }],
  ['a time with a fraction', { 'webhook-timestamp': `${nowSeconds}.5` }],
])('a call with %s is refused', (_, changed) => {
  expect(refusal(changed)).toBe('headers-missing')
})

test.each([
  ['no base64', 'v1,?'],
  ['nothing', 'v1,'],
  ['too few bytes', `v1,${btoa('short')}`],
  ['no version', headers['webhook-signature'].slice(3)],
  ['too many before the right one', `${'v1,AAAA '.repeat(8)}${headers['webhook-signature']}`],
])('a signature of %s is refused', (_, signature) => {
  expect(refusal({ 'webhook-signature': signature })).toBe('signature-wrong')
})

test('any other byte, and any other secret, makes the signature wrong', () => {
  const anyPlace = fc.nat(body.length - 1)
  fc.assert(
    fc.property(anyPlace, fc.integer({ min: 1, max: 255 }), (place, change) => {
      const bytes = body.map((byte, index) => (index === place ? byte ^ change : byte))
      expect(refusal({}, { bytes })).toBe('signature-wrong')
    }),
    { numRuns: 100 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (random) => {
      fc.pre(random.some((byte) => byte !== 7))
      expect(refusal({}, { by: formatWebhookSecret(random) })).toBe('signature-wrong')
    }),
    { numRuns: 100 },
  )
})
