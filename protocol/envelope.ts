import { z } from 'zod'
import { canonicalJson } from './canonical.ts'
import { HiveAccount } from './ids.ts'

/** A recoverable secp256k1 signature as Hive writes it: 65 bytes in hex. */
export const Signature = z
  .string()
  .regex(/^[0-9a-f]{130}$/, 'not a 65-byte signature in hex')
  .brand<'Signature'>()
export type Signature = z.infer<typeof Signature>

/** The largest message that may be gossiped, in bytes of JSON. One number for the whole network: a receiver drops peers that send more. */
export const envelopeLimitBytes = 8_192

/** A message off the chain, signed with its author's posting key. */
export function envelopeOf<Body extends z.ZodType>(body: Body) {
  return z.strictObject({ body, author: HiveAccount, signature: Signature })
}
export type Envelope<Body> = {
  readonly body: Body
  readonly author: HiveAccount
  readonly signature: Signature
}

/**
 * The text whose UTF-8 is hashed and signed: the body's canonical JSON under a heading that names the chain,
 * so that a signature is worth nothing on another chain or as anything but an envelope.
 */
export function envelopeMessage(chainId: string, body: unknown): string {
  return `spk-encoder envelope 1 ${chainId}\n${canonicalJson(body)}`
}
