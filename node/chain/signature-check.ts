import { createHash } from 'node:crypto'
import type { Signature } from '#protocol/envelope.ts'
import type { KeyCheck, KeyChecks } from './key-checks.ts'
import { nativeChecks, opensslChecks } from './key-checks.ts'
import { recoverSigner } from './recover-signer.ts'
import { loadSecp256k1 } from './secp256k1.ts'

/** True if one of some keys, in the form `STM…`, signed the sha256 of a text's UTF-8. */
export type SignatureCheck = (
  keys: readonly string[],
  text: string,
  signature: Signature,
) => boolean

/** Keys up to which trying each takes less time than finding out which it would have to be. */
const fewKeys = 8

/**
 * Tries keys by what this machine has, which takes a fraction of the time of recovering the key in JavaScript; so the first byte of a
 * signature, which only serves to recover, is not looked at. The last `limit` keys are kept ready.
 */
export function createSignatureCheck(
  limit: number,
  checks: KeyChecks = usualChecks(),
): SignatureCheck {
  const known = new Map<string, KeyCheck | null>()
  const checkOf = (text: string): KeyCheck | null => {
    const found = known.get(text)
    if (found !== undefined) return found
    const [oldest] = known.keys()
    if (known.size >= limit && oldest !== undefined) known.delete(oldest)
    const check = checks(text)
    known.set(text, check)
    return check
  }
  return (keys, text, signature) => {
    const message = Buffer.from(text, 'utf8')
    if (keys.length > fewKeys) {
      const signer = recoverSigner(signature, createHash('sha256').update(message).digest())
      return signer !== null && keys.includes(signer)
    }
    const compact = Buffer.from(signature, 'hex').subarray(1)
    return keys.some((each) => checkOf(each)?.(message, compact) === true)
  }
}

function usualChecks(): KeyChecks {
  const secp256k1 = loadSecp256k1()
  return secp256k1 ? nativeChecks(secp256k1) : opensslChecks
}
