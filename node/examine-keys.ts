import { movesMoney } from '#market/domain/means.ts'
import { MarketError } from '#market/errors.ts'
import type { Accounts } from './chain/accounts.ts'
import { checkKeys } from './chain/key-check.ts'
import type { Logger } from './logger.ts'
import type { NodeKeys } from './node-keys.ts'
import type { PeerConfig } from './peer-config.ts'

/**
 * Compares the keys with the chain, and warns of those that had better not be here. Rejects with `key-wrong` for a key that is
 * not the account's, and with `option-invalid` for an account that does not exist; a chain that cannot be asked is no reason not to start.
 */
export async function examineKeys(
  { account: name, roles, network }: PeerConfig,
  { names }: NodeKeys,
  { accounts, logger }: { readonly accounts: Accounts; readonly logger: Logger },
): Promise<void> {
  const account = await accounts.find(name).catch((error: unknown) => {
    logger.warn('keys not compared with the chain', { account: name }, error)
    return undefined
  })
  if (account === undefined) return
  if (account === null)
    throw new MarketError('option-invalid', `There is no account @${name} on this chain.`)
  const needsActive = roles.some(movesMoney)
  const { rich } = network.limits
  for (const warning of checkKeys(account, names, { needsActive, rich }))
    logger.warn('key had better not be here', { warning })
}
