import { createPublicKey, ECDH, hash, verify } from 'node:crypto'
import { PublicKey } from '@hiveio/dhive'
import type { Secp256k1 } from './secp256k1.ts'

/** True if a key signed the sha256 of a message; the signature is its 64 bytes `r` and `s`. */
export type KeyCheck = (message: Uint8Array, signature: Uint8Array) => boolean

/** Makes the check of a key in the form `STM…`. Null for a text that is no point of the curve: nothing can be signed with it. */
export type KeyChecks = (key: string) => KeyCheck | null

/** By OpenSSL, which is everywhere. */
export const opensslChecks: KeyChecks = (text) => {
  const point = pointOf(text)
  if (!point) return null
  const x = point.toString('base64url', 1, 33)
  const y = point.toString('base64url', 33)
  const key = createPublicKey({ key: { kty: 'EC', crv: 'secp256k1', x, y }, format: 'jwk' })
  return (message, signature) =>
    verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature)
}

/** By libsecp256k1. It takes what OpenSSL takes: either value of `s`, and nothing that is out of range. */
export function nativeChecks(secp256k1: Secp256k1): KeyChecks {
  return (text) => {
    const point = pointOf(text)
    return point && ((message, signature) => isSigned(message, signature, point))
  }

  function isSigned(message: Uint8Array, signature: Uint8Array, point: Uint8Array): boolean {
    try {
      const lower = secp256k1.signatureNormalize(Uint8Array.from(signature))
      return secp256k1.ecdsaVerify(lower, hash('sha256', message, 'buffer'), point)
    } catch {
      return false
    }
  }
}

/** The uncompressed point of a key. */
function pointOf(text: string): Buffer | null {
  try {
    const compressed = Buffer.from(PublicKey.fromString(text).key)
    const point = ECDH.convertKey(compressed, 'secp256k1', undefined, undefined, 'uncompressed')
    return Buffer.from(point as Uint8Array)
  } catch {
    return null
  }
}
