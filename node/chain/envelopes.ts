import type { PrivateKey } from '@hiveio/dhive'
import { Signature as HiveSignature } from '@hiveio/dhive'
import type { EnvelopeSigner } from '#market/ports/market-network.ts'
import type { Envelope } from '#protocol/envelope.ts'
import { envelopePreimage, Signature } from '#protocol/envelope.ts'
import type { EnvelopeBody } from '#protocol/envelope-body.ts'
import { wireBody } from '#protocol/envelope-body.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { sha256 } from '../sha256.ts'
import type { Accounts } from './accounts.ts'

/** Signs messages with an account's posting key. Equal bodies get equal signatures. */
export function createEnvelopeSigner(
  account: HiveAccount,
  key: PrivateKey,
  chainId: string,
): EnvelopeSigner {
  return {
    account,
    seal: (body) => {
      const signature = key.sign(digestOf(chainId, body)).toString()
      return { body, author: account, signature: Signature.parse(signature) }
    },
  }
}

/** True if the author's posting key signed the body for this chain. Rejects only when the chain cannot be asked. */
export async function isSealed(
  { body, author, signature }: Envelope<EnvelopeBody>,
  accounts: Accounts,
  chainId: string,
): Promise<boolean> {
  const signer = recover(signature, digestOf(chainId, body))
  return signer !== null && (await accounts.isAuthorised(author, 'posting', [signer]))
}

function digestOf(chainId: string, body: EnvelopeBody): Buffer {
  return Buffer.from(sha256(envelopePreimage(chainId, wireBody(body))))
}

function recover(signature: Signature, digest: Buffer): string | null {
  try {
    return HiveSignature.fromString(signature).recover(digest).toString()
  } catch {
    return null
  }
}
