import type { KeyObject } from 'node:crypto'
import { createHash, createPublicKey, ECDH, verify } from 'node:crypto'
import { PublicKey } from '@hiveio/dhive'
import type { Signature } from '#protocol/envelope.ts'
import { recoverSigner } from './recover-signer.ts'

/** True if one of some keys, in the form `STM…`, signed the sha256 of a text's UTF-8. */
export type SignatureCheck = (
  keys: readonly string[],
  text: string,
  signature: Signature,
) => boolean

/** Keys up to which trying each takes less time than finding out which it would have to be. */
const fewKeys = 8

/**
 * Tries keys by OpenSSL, which takes a tenth of the time of recovering the key in JavaScript; so the first byte of a signature, which only
 * serves to recover, is not looked at. The last `limit` keys are kept in the form that OpenSSL has them in.
 */
export function createSignatureCheck(limit: number): SignatureCheck {
  const known = new Map<string, KeyObject | null>()
  const keyOf = (text: string): KeyObject | null => {
    const found = known.get(text)
    if (found !== undefined) return found
    const [oldest] = known.keys()
    if (known.size >= limit && oldest !== undefined) known.delete(oldest)
    const key = parseKey(text)
    known.set(text, key)
    return key
  }
  return (keys, text, signature) => {
    const message = Buffer.from(text, 'utf8')
    if (keys.length > fewKeys) {
      const signer = recoverSigner(signature, createHash('sha256').update(message).digest())
      return signer !== null && keys.includes(signer)
    }
    const compact = Buffer.from(signature, 'hex').subarray(1)
    return keys.some((each) => {
      const key = keyOf(each)
      return key !== null && verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, compact)
    })
  }
}

/** Null for a text that is no point of the curve: nothing can be signed with it. */
function parseKey(text: string): KeyObject | null {
  try {
    const compressed = Buffer.from(PublicKey.fromString(text).key)
    const point = ECDH.convertKey(compressed, 'secp256k1', undefined, undefined, 'uncompressed')
    const bytes = Buffer.from(point as Uint8Array)
    const x = bytes.toString('base64url', 1, 33)
    const y = bytes.toString('base64url', 33)
    return createPublicKey({ key: { kty: 'EC', crv: 'secp256k1', x, y }, format: 'jwk' })
  } catch {
    return null
  }
}
