import { z } from 'zod'
import { MarketError } from '#market/errors.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import type { Signature } from '#protocol/envelope.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { SigningRole } from '#protocol/operation.ts'
import type { Authority } from './chain-schemas.ts'
import { CondenserAccount, RcAccount } from './chain-schemas.ts'
import type { HiveRpc } from './hive-rpc.ts'
import { createSignatureCheck } from './signature-check.ts'

export interface Accounts {
  /** Liquid HBD, asked for anew. Rejects with `option-invalid` for an account that does not exist. */
  balanceOf(account: HiveAccount): Promise<MilliHbd>
  /** Resource credits as they are now, those grown again since the account's last transaction included. */
  creditsOf(account: HiveAccount): Promise<bigint>
  exists(account: HiveAccount): Promise<boolean>
  /** An account as the chain has it, asked for anew; null where there is none. */
  find(account: HiveAccount): Promise<CondenserAccount | null>
  /** True if these public keys alone satisfy the account's authority. False for an account that does not exist. */
  isAuthorised(account: HiveAccount, role: SigningRole, keys: readonly string[]): Promise<boolean>
  /** True if a signature of a text's sha256 alone satisfies the account's authority. False for an account that does not exist. */
  isSigned(
    account: HiveAccount,
    role: SigningRole,
    text: string,
    signature: Signature,
  ): Promise<boolean>
}

export type AccountsOptions = {
  /** Milliseconds for which authorities are remembered: a key that was revoked is believed no longer than this. */
  readonly ttlMs: number
  readonly limit: number
}

/** Reads accounts from the chain. Only keys count: an authority that was lent to another account does not sign messages. */
export function createAccounts(
  { rpc, now }: { readonly rpc: HiveRpc; readonly now: () => number },
  { ttlMs, limit }: AccountsOptions,
): Accounts {
  const known = new Map<
    HiveAccount,
    { readonly account: Promise<CondenserAccount | null>; readonly until: number }
  >()

  const isSignature = createSignatureCheck(limit)

  const load = async (name: HiveAccount): Promise<CondenserAccount | null> => {
    const [account] = await rpc.call(
      'condenser_api.get_accounts',
      [[name]],
      z.array(CondenserAccount),
    )
    return account ?? null
  }

  const remembered = (name: HiveAccount): Promise<CondenserAccount | null> => {
    const entry = known.get(name)
    if (entry && entry.until > now()) return entry.account
    known.delete(name)
    const [oldest] = known.keys()
    if (known.size >= limit && oldest) known.delete(oldest)
    const account = load(name)
    known.set(name, { account, until: now() + ttlMs })
    account.catch(() => known.delete(name))
    return account
  }

  return {
    balanceOf: async (name) => {
      const account = await load(name)
      if (!account)
        throw new MarketError('option-invalid', `There is no account @${name} on this chain.`)
      return account.hbd_balance
    },
    find: load,
    creditsOf: async (name) => {
      const { rc_accounts } = await rpc.call(
        'rc_api.find_rc_accounts',
        { accounts: [name] },
        z.object({ rc_accounts: z.array(RcAccount) }),
      )
      const [found] = rc_accounts
      if (!found)
        throw new MarketError('option-invalid', `There is no account @${name} on this chain.`)
      return manaAt(found, Math.floor(now() / 1_000))
    },
    exists: async (name) => (await remembered(name)) !== null,
    isAuthorised: async (name, role, keys) => {
      const account = await remembered(name)
      return account !== null && satisfies(account[role], keys)
    },
    isSigned: async (name, role, text, signature) => {
      const account = await remembered(name)
      return account !== null && isSignature(sufficient(account[role]), text, signature)
    },
  }
}

/** An authority that asks for nothing is anybody's, and what anybody can sign says nothing of who did. */
function satisfies(
  { weight_threshold: threshold, key_auths: entries }: Authority,
  keys: readonly string[],
): boolean {
  const given = new Set(keys)
  const weight = entries.reduce((sum, [key, share]) => (given.has(key) ? sum + share : sum), 0)
  return threshold > 0 && weight >= threshold
}

/** Keys that satisfy an authority each by itself. */
function sufficient({ weight_threshold: threshold, key_auths: entries }: Authority): string[] {
  return entries.flatMap(([key, weight]) => (threshold > 0 && weight >= threshold ? [key] : []))
}

/** Seconds in which an empty account has all of its credits again. */
const regenerationSeconds = 432_000n

function manaAt({ rc_manabar: bar, max_rc: most }: RcAccount, now: number): bigint {
  const elapsed = BigInt(Math.max(0, now - bar.last_update_time))
  const mana = bar.current_mana + (most * elapsed) / regenerationSeconds
  return mana < most ? mana : most
}
