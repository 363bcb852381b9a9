import { MarketError } from '#market/errors.ts'
import type { EnvelopeSigner } from '#market/ports/market-network.ts'
import type { Envelope } from '#protocol/envelope.ts'
import { envelopeMessage } from '#protocol/envelope.ts'
import type { EnvelopeBody } from '#protocol/envelope-body.ts'
import { wireBody } from '#protocol/envelope-body.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Signer } from '#protocol/signer.ts'
import type { Accounts } from './accounts.ts'

/** Signs messages with an account's posting key. */
export function createEnvelopeSigner(
  account: HiveAccount,
  signer: Signer,
  chainId: string,
): EnvelopeSigner {
  return {
    account,
    seal: async (body) => {
      const message = envelopeMessage(chainId, wireBody(body))
      const signing = await signer.signMessage(message, { account, role: 'posting' })
      if (signing.type === 'refused')
        throw new MarketError(
          'signature-refused',
          `@${account} did not sign the ${body.type}: ${signing.reason}.`,
        )
      return { body, author: account, signature: signing.signature }
    },
  }
}

/** True if the author's posting key signed the body for this chain. Rejects only when the chain cannot be asked. */
export async function isSealed(
  { body, author, signature }: Envelope<EnvelopeBody>,
  accounts: Pick<Accounts, 'isSigned'>,
  chainId: string,
): Promise<boolean> {
  const text = envelopeMessage(chainId, wireBody(body))
  return await accounts.isSigned(author, 'posting', text, signature)
}
