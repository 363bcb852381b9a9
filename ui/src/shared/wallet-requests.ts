import { WalletError } from './signer.ts'

/** What a wallet is asked at the moment, as a page may show it. */
export type WalletRequest = {
  /** What is asked for, in a few words. */
  readonly title: string
  /**
   * `waiting`: another request has its turn. `asked`: the wallet shows it, or soon will. `slow`: it has not answered for so long that its
   * user may not have seen it.
   */
  readonly phase: 'waiting' | 'asked' | 'slow'
  /** Stops waiting for it; what the wallet says later counts for nothing. */
  readonly cancel: () => void
}

export type WalletTimes = {
  /** Milliseconds after which a request is `slow`. */
  readonly slowMs: number
  /** Milliseconds after which it is given up. */
  readonly giveUpMs: number
}

/** People read what they sign; unlocking the wallet first takes a while too. */
const usualTimes: WalletTimes = { slowMs: 15_000, giveUpMs: 300_000 }

export type WalletRequests = ReturnType<typeof createWalletRequests>

/**
 * Puts requests to a wallet one after the other: Keychain drops a request for the next one that comes while its window is open. A
 * request ends when the wallet answers, when the page's user cancels it, or when its time is over.
 */
export function createWalletRequests({ slowMs, giveUpMs }: WalletTimes = usualTimes) {
  const listeners = new Set<() => void>()
  let open: readonly WalletRequest[] = []
  let last: Promise<unknown> = Promise.resolve()

  const change = (next: readonly WalletRequest[]): void => {
    open = next
    for (const changed of listeners) changed()
  }
  const ask = async <T>(title: string, send: () => Promise<T>): Promise<T> => {
    const { promise: ended, reject } = Promise.withResolvers<never>()
    ended.catch(() => undefined)
    const before = last
    const cancel = (): void => reject(new WalletError('cancelled', 'You stopped waiting for it.'))
    let request: WalletRequest = { title, phase: 'waiting', cancel }
    const become = (phase: WalletRequest['phase']): void => {
      const next = { ...request, phase }
      change(open.map((each) => (each === request ? next : each)))
      request = next
    }
    const askAtLast = async (): Promise<T> => {
      await Promise.race([before, ended])
      become('asked')
      const slow = setTimeout(() => become('slow'), slowMs)
      const late = setTimeout(() => reject(tooLate()), giveUpMs)
      try {
        return await Promise.race([send(), ended])
      } finally {
        clearTimeout(slow)
        clearTimeout(late)
      }
    }
    change([...open, request])
    const sent = askAtLast()
    last = sent.catch(() => undefined)
    try {
      return await sent
    } finally {
      change(open.filter((each) => each !== request))
    }
  }
  return {
    /** Asks when it is its turn. Rejects with what `send` rejects with, or with a {@link WalletError}. */
    ask,
    /** Oldest first: the first is the one that has its turn. */
    open: (): readonly WalletRequest[] => open,
    subscribe: (changed: () => void) => {
      listeners.add(changed)
      return () => void listeners.delete(changed)
    },
  }
}

/** What is asked of Keychain at the moment, for all of the page. */
export const keychainRequests = createWalletRequests()

function tooLate(): WalletError {
  return new WalletError(
    'timeout',
    'The wallet has not answered. Look for its window, perhaps behind this one; unlock it, and try again.',
  )
}
