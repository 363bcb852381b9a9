import { createHash } from 'node:crypto'
import type { PrivateKey } from '@hiveio/dhive'
import { Signature } from '#protocol/envelope.ts'
import type { Authorship, Signer, Signing } from '#protocol/signer.ts'
import { signTransaction } from './transactions.ts'

/** A private key of this process, and what it signs for. */
export type HeldKey = Authorship & { readonly key: PrivateKey }

/**
 * Signs with keys in memory, at once. They are in no property of anything, so nothing that logs or prints objects can show them.
 * Equal texts get equal signatures.
 */
export function createLocalSigner(held: readonly HeldKey[]): Signer {
  const keyOf = ({ account, role }: Authorship): PrivateKey | undefined =>
    held.find((entry) => entry.account === account && entry.role === role)?.key

  const signBy = (authorship: Authorship, sign: (key: PrivateKey) => string): Signing => {
    const key = keyOf(authorship)
    if (!key) return { type: 'refused', reason: missingKey(authorship) }
    return { type: 'signed', signature: Signature.parse(sign(key)) }
  }

  return {
    canSign: (authorship) => keyOf(authorship) !== undefined,
    signTransaction: async (transaction, authorship, chainId) =>
      signBy(authorship, (key) => {
        const [signature = ''] = signTransaction(transaction, [key], chainId).signatures
        return signature
      }),
    signMessage: async (message, authorship) =>
      signBy(authorship, (key) =>
        key.sign(createHash('sha256').update(message, 'utf8').digest()).toString(),
      ),
  }
}

/** What to do about a key that is not here. */
function missingKey({ account, role }: Authorship): string {
  return `the ${role} key of @${account} is not here: spk-encoder keys import --account ${account} --role ${role}, or SPK_${role.toUpperCase()}_KEY, brings it`
}
