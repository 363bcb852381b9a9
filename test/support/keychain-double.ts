/**
 * A Hive Keychain as a page meets it, with the extension's quirks: one window at a time, so that a second request has the first
 * answered `ignored`; a broadcast's answer has no `error`; a cancel repeats `request_id` and `key` in its `data`; an account that it does
 * not know is only answered for when its window is closed.
 */
export type KeychainAsked = {
  readonly type: 'signBuffer' | 'broadcast'
  readonly username: string
  readonly method: string
  readonly message?: string
  readonly operations?: readonly unknown[]
}

type Reply = Readonly<Record<string, unknown>> & { readonly success: boolean }
type Answer = (reply: Reply) => void

type Window = { readonly asked: KeychainAsked; readonly answer: Answer; readonly id: number }

export type KeychainDouble = ReturnType<typeof createKeychainDouble>

export function createKeychainDouble(accounts: readonly string[]) {
  let count = 0
  let window: Window | null = null
  const shown: KeychainAsked[] = []

  const open = (asked: KeychainAsked, answer: Answer): void => {
    count += 1
    const id = count
    window?.answer({ success: false, error: 'ignored', message: 'ignored', request_id: window.id })
    window = { asked, answer, id }
    shown.push(asked)
  }
  const close = (): Window => {
    if (!window) throw new Error('Keychain shows no window')
    const closed = window
    window = null
    return closed
  }
  return {
    hive_keychain: {
      requestSignBuffer: (username: string, message: string, method: string, answer: Answer) =>
        open({ type: 'signBuffer', username, message, method }, answer),
      requestBroadcast: (
        username: string,
        operations: readonly unknown[],
        method: string,
        answer: Answer,
      ) => open({ type: 'broadcast', username, operations, method }, answer),
    },
    /** What its windows have shown, in order. */
    shown,
    isOpen: (): boolean => window !== null,
    /** Its user confirms; it signs as the account that was asked for, unless another is chosen. */
    confirm: (result: unknown, username?: string): void => {
      const { asked, answer, id } = close()
      if (!accounts.includes(asked.username)) throw new Error('Keychain does not know the account')
      const data = {
        ...asked,
        username: username ?? asked.username,
        key: asked.method.toLowerCase(),
      }
      const reply = { success: true, result, data, request_id: id }
      answer(asked.type === 'broadcast' ? reply : { ...reply, error: null, publicKey: 'STM7' })
    },
    /** Its user says no, or closes the window in which it says what is wrong. */
    cancel: (): void => {
      const { asked, answer, id } = close()
      const data = { ...asked, key: asked.method.toLowerCase(), request_id: id }
      const message = 'Request was canceled by the user.'
      answer({ success: false, error: 'user_cancel', result: null, data, message, request_id: id })
    },
    fail: (error: string, message: string): void => {
      const { answer, id } = close()
      answer({ success: false, error, result: null, message, request_id: id })
    },
  }
}
