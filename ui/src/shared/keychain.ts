import type { HiveAccount } from '#protocol/ids.ts'

/** What Hive Keychain answers; `error` is absent or null where all went well. */
type KeychainReply = {
  readonly success: boolean
  readonly result?: unknown
  readonly message?: string
}

/** The part of Keychain that this page uses. */
type Keychain = {
  requestSignBuffer(
    account: string,
    text: string,
    key: 'Posting' | 'Active',
    answer: (reply: KeychainReply) => void,
    rpc: string | null,
    title: string,
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

/** Has an account's posting key sign a text. Rejects, in words for its user, where Keychain is absent or says no. */
export async function signWithKeychain(account: HiveAccount, text: string): Promise<string> {
  const keychain = await findKeychain()
  if (!keychain)
    throw new Error('Hive Keychain is not in this browser. Install it, then load this page again.')
  return await new Promise((resolve, reject) => {
    const answer = ({ success, result, message }: KeychainReply): void => {
      if (success && typeof result === 'string') resolve(result)
      else reject(new Error(message ?? 'Hive Keychain did not sign.'))
    }
    keychain.requestSignBuffer(account, text, 'Posting', answer, null, 'Sign in')
  })
}

async function findKeychain(): Promise<Keychain | null> {
  for (let waited = 0; !window.hive_keychain && waited < patienceMs; waited += lookMs)
    await new Promise((resolve) => setTimeout(resolve, lookMs))
  return window.hive_keychain ?? null
}
