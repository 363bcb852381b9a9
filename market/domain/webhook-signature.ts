/**
 * How calls to and from webhooks are signed: the symmetric scheme of the Standard Webhooks specification 1.0.0
 * (standardwebhooks.com), so that receivers find a library for it in their language. The headers are `webhook-id`,
 * `webhook-timestamp` (whole seconds since 1970) and `webhook-signature`, a list of `v1,<base64>` separated by spaces;
 * signed is HMAC-SHA256 over `<id>.<timestamp>.<body>`, the body byte for byte as it was sent.
 */
export type WebhookHeaders = {
  readonly 'webhook-id': string
  readonly 'webhook-timestamp': string
  readonly 'webhook-signature': string
}

/** What this folder needs of cryptography, passed in so that it needs no package. */
export type WebhookCrypto = {
  /** 32 bytes. */
  hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array
  /** Takes as long wherever two arrays of one length differ. */
  isSameInConstantTime(one: Uint8Array, other: Uint8Array): boolean
}

export type WebhookMessage = {
  /** Of the event: the same in every try. */
  readonly id: string
  /** Seconds since 1970 of this try. */
  readonly timestamp: number
  readonly body: Uint8Array
}

export type WebhookRefusal = 'headers-missing' | 'timestamp-outside-window' | 'signature-wrong'

const secretPrefix = 'whsec_'
/** Seconds by which a call's time may differ from ours, either way: after that it can be a recording. */
export const replayWindowSeconds = 300
/** More signatures than anybody needs who exchanges a secret; each costs one comparison. */
const mostSignatures = 8

/** A secret as its owner sees it, of 32 random bytes. */
export function formatWebhookSecret(random: Uint8Array): string {
  return `${secretPrefix}${toBase64(random)}`
}

/** The headers of one try. */
export function signWebhook(
  message: WebhookMessage,
  secret: string,
  { hmacSha256 }: WebhookCrypto,
): WebhookHeaders {
  const signature = hmacSha256(keyOf(secret), signedBytes(message))
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': `v1,${toBase64(signature)}`,
  }
}

/** Why a call cannot be believed, or null. A call that passes may still be a repeated one: its id tells. */
export function refusalOfWebhook(
  { headers, body }: { readonly headers: Partial<WebhookHeaders>; readonly body: Uint8Array },
  { secret, nowSeconds }: { readonly secret: string; readonly nowSeconds: number },
  { hmacSha256, isSameInConstantTime }: WebhookCrypto,
): WebhookRefusal | null {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': given } = headers
  if (!id || !given || !time || !/^\d{1,12}$/.test(time)) return 'headers-missing'
  const timestamp = Number(time)
  if (Math.abs(nowSeconds - timestamp) > replayWindowSeconds) return 'timestamp-outside-window'
  // The time as it was written: what is signed is text.
  const expected = hmacSha256(keyOf(secret), signedBytes({ id, timestamp: time, body }))
  const isOurs = given
    .split(' ', mostSignatures)
    .map(signatureBytes)
    .filter((signature) => signature?.length === expected.length)
    .some((signature) => signature !== null && isSameInConstantTime(signature, expected))
  return isOurs ? null : 'signature-wrong'
}

function signedBytes(message: {
  readonly id: string
  readonly timestamp: number | string
  readonly body: Uint8Array
}): Uint8Array {
  const head = new TextEncoder().encode(`${message.id}.${message.timestamp}.`)
  const bytes = new Uint8Array(head.length + message.body.length)
  bytes.set(head)
  bytes.set(message.body, head.length)
  return bytes
}

/** A secret without the prefix, or of no base64, is its own bytes: older receivers may have chosen theirs. */
function keyOf(secret: string): Uint8Array {
  const key = secret.startsWith(secretPrefix) ? fromBase64(secret.slice(secretPrefix.length)) : null
  return key ?? new TextEncoder().encode(secret)
}

/** The bytes of a signature whose version is ours. */
function signatureBytes(text: string): Uint8Array | null {
  return text.startsWith('v1,') ? fromBase64(text.slice('v1,'.length)) : null
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

function fromBase64(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return null
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
