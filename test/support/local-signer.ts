import { createLocalSigner } from '#node/chain/local-signer.ts'
import { devchainKey } from '#node/devchain/keys.ts'
import type { SigningRole } from '#protocol/operation.ts'
import type { Signer } from '#protocol/signer.ts'
import { account } from './builders.ts'

/** A signer with some of an account's keys of the development chain. */
export function aLocalSigner(
  name: string,
  roles: readonly SigningRole[] = ['posting', 'active'],
): Signer {
  return createLocalSigner(
    roles.map((role) => ({ account: account(name), role, key: devchainKey(name, role) })),
  )
}
