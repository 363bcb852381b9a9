import { Signature } from '#protocol/envelope.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Signer } from './signer.ts'
import { WalletError } from './signer.ts'
import type { WalletRequests } from './wallet-requests.ts'
import { keychainRequests } from './wallet-requests.ts'

/** What Hive Keychain answers. `error` is null or absent where all went well: only `success` says so. */
type KeychainReply = {
  readonly success: boolean
  readonly error?: unknown
  readonly result?: unknown
  readonly message?: string
  readonly data?: { readonly username?: string }
}

type Answer = (reply: KeychainReply) => void
type Key = 'Posting' | 'Active'

/** The part of Keychain that this page uses. */
type Keychain = {
  requestSignBuffer(
    account: string,
    text: string,
    key: Key,
    answer: Answer,
    rpc: string | null,
    title: string,
  ): void
  requestBroadcast(
    account: string,
    operations: readonly unknown[],
    key: Key,
    answer: Answer,
    rpc: string | null,
  ): void
}

declare global {
  interface Window {
    hive_keychain?: Keychain
  }
}

/** The extension adds itself to the page a moment after it has loaded. */
const patienceMs = 1_000
const lookMs = 50

/** Signs by the Hive Keychain extension, which shows its user what is asked and broadcasts what they confirm. */
export const keychainSigner = createKeychainSigner(keychainRequests)

export function createKeychainSigner(
  requests: Pick<WalletRequests, 'ask'>,
  find: () => Promise<Keychain | null> = findKeychain,
): Signer {
  const ask = async (
    title: string,
    account: HiveAccount,
    put: (keychain: Keychain, answer: Answer) => void,
  ): Promise<unknown> => {
    const keychain = await find()
    if (!keychain)
      throw new WalletError(
        'absent',
        'Hive Keychain is not in this browser. Install it, then load this page again.',
      )
    const send = (): Promise<KeychainReply> => new Promise((resolve) => put(keychain, resolve))
    return resultOf(await requests.ask(title, send), account)
  }
  return {
    signMessage: async (account, message) => {
      const result = await ask(`Sign in as @${account}`, account, (keychain, answer) =>
        keychain.requestSignBuffer(account, message, 'Posting', answer, null, 'Sign in'),
      )
      const signature = Signature.safeParse(result)
      if (signature.success) return signature.data
      throw new WalletError('refused', 'Hive Keychain answered with something else.')
    },
    signOperations: async (account, operations, role) => {
      const names = operations.map(([name]) => name.replaceAll('_', ' ')).join(' and ')
      const key = role === 'active' ? 'Active' : 'Posting'
      const result = await ask(
        `Sign ${names} with the ${role} key of @${account}`,
        account,
        (keychain, answer) => keychain.requestBroadcast(account, operations, key, answer, null),
      )
      return { transaction: transactionOf(result) }
    },
  }
}

function resultOf({ success, error, result, message, data }: KeychainReply, account: HiveAccount) {
  if (success && data?.username !== undefined && data.username !== account)
    throw new WalletError(
      'wrong-account',
      `Hive Keychain signed as @${data.username}, not as @${account}. Choose @${account} in it and try again.`,
    )
  if (success) return result
  if (error === 'user_cancel')
    throw new WalletError(
      'cancelled',
      `It was cancelled in Hive Keychain. If Keychain does not know @${account} or lacks the key that is asked for, add it there first.`,
    )
  if (error === 'ignored')
    throw new WalletError(
      'refused',
      'Another request took the place of this one in Hive Keychain. Answer or close its window, then try again.',
    )
  throw new WalletError('refused', message ?? 'Hive Keychain did not sign.')
}

/** Newer versions say `tx_id`; all say `id`. */
function transactionOf(result: unknown): string {
  const { id, tx_id: transaction } = (result ?? {}) as { id?: unknown; tx_id?: unknown }
  const found = transaction ?? id
  if (typeof found === 'string') return found
  throw new WalletError('refused', 'Hive Keychain did not say what it has broadcast.')
}

async function findKeychain(): Promise<Keychain | null> {
  for (let waited = 0; !window.hive_keychain && waited < patienceMs; waited += lookMs)
    await new Promise((resolve) => setTimeout(resolve, lookMs))
  return window.hive_keychain ?? null
}
