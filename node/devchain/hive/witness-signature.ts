import { createECDH } from 'node:crypto'
import { formatPublicKey } from './public-key.ts'
import { curveOrder } from './signature.ts'

export interface WitnessSigner {
  readonly publicKey: string
  /** A signature in hived's form, in hex. */
  sign(digest: Buffer): string
}

/** The x coordinate of the curve's generator; its y is even. */
const generatorX =
  0x79be_667e_f9dc_bbac_55a0_6295_ce87_0b07_029b_fcdb_2dce_28d9_59f2_815b_16f8_1798n
const compressedHeader = 31

/**
 * Signs blocks with the fixed nonce 1, which is one multiplication where a proper signature takes 3 ms: a hundred
 * thousand empty blocks would cost five minutes. It gives the key away to whoever reads two signatures, so it is only
 * for a key that everybody knows anyway. It also makes block ids depend on nothing but the blocks.
 */
export function createWitnessSigner(secret: Buffer): WitnessSigner {
  const curve = createECDH('secp256k1')
  curve.setPrivateKey(secret)
  const scalar = toScalar(secret)
  return {
    publicKey: formatPublicKey(curve.getPublicKey(null, 'compressed')),
    sign: (digest) => {
      const s = (toScalar(digest) + generatorX * scalar) % curveOrder
      const isHigh = s > curveOrder / 2n
      const header = compressedHeader + (isHigh ? 1 : 0)
      return header.toString(16) + toHex(generatorX) + toHex(isHigh ? curveOrder - s : s)
    },
  }
}

function toScalar(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`)
}

function toHex(scalar: bigint): string {
  return scalar.toString(16).padStart(64, '0')
}
