import { z } from 'zod'
import { formatSignIn } from '#market/domain/sign-in-text.ts'
import type { MarketErrorCode } from '#market/errors.ts'
import { MarketError, marketErrors } from '#market/errors.ts'
import { challengeRoute, signInRoute } from '#protocol/api/sessions.ts'
import type { Client, RequestOf } from '#protocol/client.ts'
import { CallError, createClient } from '#protocol/client.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { Route } from '#protocol/route.ts'
import type { Signer } from '#protocol/signer.ts'

export type IndexerClientOptions = {
  /** Without a slash at its end. */
  readonly url: string
  readonly account: HiveAccount
  readonly signer: Pick<Signer, 'signMessage'>
  readonly signal: AbortSignal
}

/** An indexer, as one account of it is known there. Its calls reject with a MarketError, by the server's own code where it is one of ours. */
export type IndexerClient = {
  readonly call: Client
  /** Brings an archive of blocks. */
  send(path: string, body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<void>
}

/** How long an answer may take. */
const patienceMs = 30_000
/** How long some megabytes may take on a slow line. */
const transferMs = 300_000

/** Signs in when it has to, with the posting key, and again once where a session has ended. */
export function createIndexerClient(options: IndexerClientOptions): IndexerClient {
  const { url, signal } = options
  let signingIn: Promise<string> | null = null
  let token = ''
  const bare = createClient({ url })
  const signedIn = createClient({ url, headers: () => ({ authorization: `Bearer ${token}` }) })
  const within = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])

  const enter = async (): Promise<void> => {
    signingIn ??= signIn(bare, options, within())
    try {
      token = await signingIn
    } finally {
      signingIn = null
    }
  }
  const again = async <T>(attempt: () => Promise<T>): Promise<T> => {
    if (token === '') await enter()
    const used = token
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof CallError) || error.status !== 401) throw error
    }
    if (token === used) await enter()
    return await attempt()
  }

  const call = async <R extends Route>(route: R, request: RequestOf<R>) => {
    const attempt = () => signedIn(route, request, { signal: within() })
    return await again(attempt).catch(throwOwn)
  }
  const send = async (path: string, body: Uint8Array<ArrayBuffer>, sending: AbortSignal) => {
    const attempt = async (): Promise<void> => {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/vnd.ipld.car' },
        body,
        signal: AbortSignal.any([signal, sending, AbortSignal.timeout(transferMs)]),
      })
      if (!response.ok) throw await refusalOf(response)
    }
    await again(attempt).catch((error: unknown) => {
      sending.throwIfAborted()
      throwOwn(error)
    })
  }
  return { call: call as Client, send }
}

/** Tells what went wrong below as a MarketError. */
function throwOwn(error: unknown): never {
  throw asMarketError(error)
}

const Problem = z.object({ code: z.string(), detail: z.string() })

async function refusalOf(response: Response): Promise<CallError> {
  const problem = Problem.safeParse(await response.json().catch(() => null))
  const { code = 'unintelligible', detail = `The indexer answers ${response.status}.` } =
    problem.data ?? {}
  return new CallError(detail, { code, status: response.status })
}

async function signIn(
  bare: Client,
  { url, account, signer }: IndexerClientOptions,
  signal: AbortSignal,
): Promise<string> {
  const { nonce, text, expiresAt } = await bare(challengeRoute, { body: { account } }, { signal })
  requireSignInText(text, { url, account, nonce, expiresAt })
  const signed = await signer.signMessage(text, { account, role: 'posting' })
  if (signed.type === 'refused') throw new MarketError('key-missing', signed.reason)
  const answer = { account, nonce, signature: signed.signature }
  return (await bare(signInRoute, { body: answer }, { signal })).token
}

/**
 * Refuses to sign anything but a sign-in of this account at this very server: a signature of another text could be worth something
 * elsewhere. A server on this machine may call itself as it likes.
 */
function requireSignInText(
  text: string,
  {
    url,
    account,
    ...terms
  }: {
    readonly url: string
    readonly account: HiveAccount
    readonly nonce: string
    readonly expiresAt: Date
  },
): void {
  const domain = /^Sign in to ([A-Za-z0-9.:[\]-]{1,255}) as @/.exec(text)?.[1] ?? ''
  const { host, hostname } = new URL(url)
  const isOwn = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
  const isRight = isOwn || domain === host || domain === hostname
  if (isRight && text === formatSignIn({ domain, account, ...terms })) return
  throw new MarketError(
    'signature-refused',
    `${host} asks for a signature of something else than a sign-in there.`,
  )
}

function asMarketError(error: unknown): unknown {
  if (error instanceof MarketError) return error
  if (error instanceof CallError)
    return new MarketError(codeOf(error), error.message, {}, { cause: error })
  const isNetwork = error instanceof TypeError || error instanceof DOMException
  if (!isNetwork) return error
  return new MarketError('peer-unreachable', 'The indexer cannot be reached.', {}, { cause: error })
}

/** Of a server that is there and has trouble of its own, the call may be tried again. */
function codeOf({ code, status }: CallError): MarketErrorCode {
  if (isKnown(code)) return code
  return status === 0 || status >= 500 ? 'peer-unreachable' : 'request-invalid'
}

function isKnown(code: string): code is MarketErrorCode {
  return Object.hasOwn(marketErrors, code)
}
