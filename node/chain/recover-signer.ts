import { Signature as HiveSignature } from '@hiveio/dhive'
import type { Signature } from '#protocol/envelope.ts'

/** The public key, in the form `STM…`, that signed a sha256; null for a signature from which none can be recovered. */
export function recoverSigner(signature: Signature, digest: Buffer): string | null {
  try {
    return HiveSignature.fromString(signature).recover(digest).toString()
  } catch {
    return null
  }
}
