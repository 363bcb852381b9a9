import type { PostingAuthority } from '#market/ports/posting-authority.ts'
import { sha256 } from '../sha256.ts'
import type { Accounts } from './accounts.ts'
import { recoverSigner } from './recover-signer.ts'

/**
 * Posting authorities of the chain, as {@link Accounts} knows them: weights are added up to the threshold, only keys count, and the
 * active and owner keys do not stand in for the posting key. One signature that says nothing spoils them all.
 */
export function createPostingAuthority({
  accounts,
}: {
  readonly accounts: Pick<Accounts, 'isAuthorised'>
}): PostingAuthority {
  return {
    verifies: async (account, message, signatures) => {
      const digest = Buffer.from(sha256(Buffer.from(message, 'utf8')))
      const keys = signatures
        .map((signature) => recoverSigner(signature, digest))
        .filter((key) => key !== null)
      if (keys.length === 0 || keys.length < signatures.length) return false
      return await accounts.isAuthorised(account, 'posting', keys)
    },
  }
}
