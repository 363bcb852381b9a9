import type { IncomingMessage } from 'node:http'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { TryOutcome, WebhookCall, WebhookSender } from '#market/ports/webhook-sender.ts'
import type { Address, AddressPolicy, Resolve, SafeTarget } from './safe-address.ts'
import { resolveSafely } from './safe-address.ts'

export type SenderOptions = {
  readonly policy: AddressPolicy
  /** From the first byte to the last; default ten seconds. */
  readonly limitMs?: number
}

const defaultLimitMs = 10_000
/** As much of an answer as is read and kept. */
const answerBytes = 1_024
const headerBytes = 8 * 1_024
/** Longest wait that a receiver may ask for. */
const longestRetryAfterSeconds = 86_400

/**
 * Calls webhooks. The receiver is a stranger: each call has a connection of its own to the address that was checked, ends after
 * a time, and reads a kilobyte of the answer at the most.
 */
export function createWebhookSender(
  { resolve, now }: { readonly resolve: Resolve; readonly now: () => number },
  { policy, limitMs = defaultLimitMs }: SenderOptions,
): WebhookSender {
  return {
    send: async (call, signal) => {
      signal.throwIfAborted()
      const began = now()
      const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)])
      try {
        const target = await unlessAborted(resolveSafely(call.url, { resolve, policy }), limit)
        if (!target.isSafe) return unanswered(target.reason, now() - began)
        const { response, answer } = await post(target.value, call, limit)
        return answered(response, answer, now() - began)
      } catch (error) {
        signal.throwIfAborted()
        return unanswered(limit.aborted ? 'too-slow' : codeOf(error), now() - began)
      }
    },
  }
}

/** A name server that does not answer is not waited for. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    promise.then(resolve, reject)
  })
}

type Answer = { readonly response: IncomingMessage; readonly answer: Buffer }

function post(
  { url, address }: SafeTarget,
  { headers, body }: WebhookCall,
  signal: AbortSignal,
): Promise<Answer> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: 'POST',
        headers: { ...headers, 'content-length': body.length },
        // No pool: a connection kept for the name could be one that another lookup has made.
        agent: false,
        lookup: pinnedTo(address),
        maxHeaderSize: headerBytes,
        signal,
      },
      (response) => {
        // The status has been said: what breaks from here on costs the rest of the answer only.
        sent.off('error', reject).on('error', () => response.destroy())
        readSome(response).then((answer) => resolve({ response, answer }), reject)
      },
    )
    sent.once('error', reject)
    sent.end(body)
  })
}

/** Answers every question for a name with the address that was checked. */
function pinnedTo({ address, family }: Address): LookupFunction {
  return (_name, { all }, callback) => {
    if (all) callback(null, [{ address, family }])
    else callback(null, address, family)
  }
}

/** The beginning of the answer; the rest is cut off. */
async function readSome(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of response) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= answerBytes) break
    }
  } catch {
    response.destroy()
  }
  return Buffer.concat(chunks).subarray(0, answerBytes)
}

function answered(
  { statusCode = 0, headers }: IncomingMessage,
  answer: Buffer,
  latencyMs: number,
): TryOutcome {
  return {
    type: 'answered',
    status: statusCode,
    latencyMs: Math.round(latencyMs),
    answer: answer.toString('utf8'),
    retryAfterSeconds: retryAfter(headers['retry-after']),
  }
}

function retryAfter(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return null
  return Math.min(Number(text), longestRetryAfterSeconds)
}

function unanswered(reason: string, latencyMs: number): TryOutcome {
  return { type: 'unanswered', reason, latencyMs: Math.round(latencyMs) }
}

/** Codes only: messages of connection errors name addresses, and owners read this. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'connection-failed'
}
