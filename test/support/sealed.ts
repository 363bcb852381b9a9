import { createHash } from 'node:crypto'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import { devchainKey } from '#node/devchain/keys.ts'
import type { Envelope } from '#protocol/envelope.ts'
import { envelopeMessage, Signature } from '#protocol/envelope.ts'
import type { EnvelopeBody } from '#protocol/envelope-body.ts'
import { wireBody } from '#protocol/envelope-body.ts'
import { account } from './builders.ts'

/** A message that an account signed by its posting key, unless another key or chain is asked for. */
export function sealed<Body extends EnvelopeBody>(
  author: string,
  body: Body,
  { key = devchainKey(author, 'posting'), chainId = devchainChainId } = {},
): Envelope<Body> {
  const message = envelopeMessage(chainId, wireBody(body))
  const signature = key.sign(createHash('sha256').update(message, 'utf8').digest()).toString()
  return { body, author: account(author), signature: Signature.parse(signature) }
}
