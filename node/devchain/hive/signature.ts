import { Signature } from '@hiveio/dhive'
import { ensure } from './hive-error.ts'

export const curveOrder =
  0xffff_ffff_ffff_ffff_ffff_ffff_ffff_fffe_baae_dce6_af48_a03b_bfd2_5e8c_d036_4141n
const firstHeader = 27
const lastHeader = 34

/**
 * The key that signed. Only the lower of the two values that verify is accepted for `s` (BIP 62), so that nobody can
 * change a signature in passing; the stricter "canonical" form that dhive produces is not asked for.
 */
export function recoverKey(signature: string, digest: Buffer): string {
  const bytes = Buffer.from(signature, 'hex')
  const s = BigInt(`0x${bytes.subarray(33).toString('hex')}`)
  ensure(s <= curveOrder / 2n, 'signature is not canonical')
  const key = tryRecover(bytes, digest)
  ensure(key !== null, 'unable to reconstruct public key from signature')
  return key
}

/** Null where no point of the curve fits. */
function tryRecover(bytes: Buffer, digest: Buffer): string | null {
  const header = bytes.readUInt8(0)
  if (header < firstHeader || header > lastHeader) return null
  try {
    return new Signature(bytes.subarray(1), (header - firstHeader) & 3).recover(digest).toString()
  } catch {
    return null
  }
}
