import type { Operation } from '@hiveio/dhive'
import type { BrowserContext } from 'playwright-core'
import { devchainKey } from '#node/devchain/keys.ts'
import { devchainClient } from './devchain.ts'
import { signedText } from './indexer.ts'

/** What the extension is asked, as its script in the page puts it. */
export type KeychainRequest = {
  readonly request_id: number
  readonly type: 'signBuffer' | 'broadcast'
  readonly username: string
  readonly method: 'Posting' | 'Active'
  readonly message?: string
  readonly operations?: readonly Operation[]
}

export type KeychainInPage = {
  /** JSON-RPC of the chain that it broadcasts to; absent for none. */
  readonly rpc?: string
  /** What its user does about the next request: `leave` leaves its window open. */
  readonly decide?: () => 'confirm' | 'cancel' | 'leave'
}

/**
 * Puts a double of Hive Keychain into every page of a context, at the level of the extension's own protocol: events of the document in,
 * messages of the window out, one window at a time. It signs with the development chain's keys, and answers in the extension's forms.
 */
export async function installKeychain(
  context: BrowserContext,
  { rpc, decide = () => 'confirm' }: KeychainInPage = {},
): Promise<void> {
  await context.exposeBinding('keychainAsked', async (_, request: KeychainRequest) => {
    const decision = decide()
    if (decision === 'leave') return null
    return decision === 'cancel' ? cancelled(request) : await confirmed(request, rpc)
  })
  await context.addInitScript(extension)
}

/** It repeats the request's id and key in the data. */
function cancelled(data: KeychainRequest): object {
  const { request_id, method } = data
  const message = 'Request was canceled by the user.'
  const told = { ...data, key: method.toLowerCase() }
  return { success: false, error: 'user_cancel', result: null, data: told, message, request_id }
}

async function confirmed(request: KeychainRequest, rpc: string | undefined): Promise<object> {
  const { request_id, username, method, type } = request
  const role = method === 'Active' ? 'active' : 'posting'
  const { request_id: _, ...asked } = request
  const told = { success: true, data: { ...asked, key: role }, request_id }
  if (type === 'signBuffer') {
    const result = signedText(request.message ?? '', username, role)
    const publicKey = devchainKey(username, role).createPublic().toString()
    return { ...told, error: null, result, message: 'Message signed successfully.', publicKey }
  }
  if (rpc === undefined) throw new Error('this Keychain knows no chain')
  const { id } = await devchainClient(rpc).broadcast.sendOperations(
    [...(request.operations ?? [])],
    devchainKey(username, role),
  )
  // No `error` here: the extension leaves it out.
  const message = 'The transaction has been broadcasted successfully.'
  return { ...told, result: { id, tx_id: id, confirmed: false }, message }
}

/** Runs in the page: the extension's content script, and the script that it puts into the page. */
function extension(): void {
  type Request = { readonly request_id: number } & Readonly<Record<string, unknown>>
  type Reply = { readonly request_id: number } & Readonly<Record<string, unknown>>
  type Answer = (reply: Reply) => void
  const page = globalThis as unknown as {
    document: EventTarget
    location: { origin: string }
    keychainAsked: (request: Request) => Promise<Reply | null>
    postMessage: (message: object, origin: string) => void
    addEventListener: (type: 'message', heard: (event: { data: unknown }) => void) => void
    hive_keychain: object
  }
  const responseType = 'hive_keychain_response'
  let open: number | null = null
  const reply = (response: Reply): void =>
    page.postMessage({ type: responseType, response }, page.location.origin)
  page.document.addEventListener('swRequest_hive', (event) => {
    const request = (event as Event & { detail: Request }).detail
    const { request_id } = request
    if (open !== null) reply({ success: false, error: 'ignored', request_id: open })
    open = request_id
    void page.keychainAsked(request).then((response) => {
      if (response === null || open !== request_id) return
      open = null
      reply(response)
    })
  })

  let count = 0
  const answers = new Map<number, Answer>()
  page.addEventListener('message', ({ data }) => {
    const { type, response } = (data ?? {}) as { type?: string; response?: Reply }
    if (type !== responseType || !response) return
    const answer = answers.get(response.request_id)
    answers.delete(response.request_id)
    answer?.(response)
  })
  const ask = (request: object, answer: Answer): void => {
    count += 1
    answers.set(count, answer)
    const detail = { request_id: count, ...request }
    page.document.dispatchEvent(new CustomEvent('swRequest_hive', { detail }))
  }
  page.hive_keychain = {
    requestHandshake: (answer: () => void) => answer(),
    requestSignBuffer: (
      ...[username, message, method, answer, rpc, title]: [
        string,
        string,
        string,
        Answer,
        unknown,
        unknown,
      ]
    ) => ask({ type: 'signBuffer', username, message, method, rpc, title }, answer),
    requestBroadcast: (
      ...[username, operations, method, answer, rpc]: [string, unknown[], string, Answer, unknown]
    ) => ask({ type: 'broadcast', username, operations, method, rpc }, answer),
  }
}
