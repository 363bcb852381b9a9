import { IncomingWebhook } from '#protocol/webhook.ts'
import type { WebhookCrypto, WebhookHeaders } from '../domain/webhook-signature.ts'
import { refusalOfWebhook } from '../domain/webhook-signature.ts'
import { MarketError } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { WebhookReceipts } from '../ports/webhook-receipts.ts'

export type ReceiveWebhookDeps = {
  /** The secret of a job, or null for one that has none or does not exist. */
  readonly secretOf: (job: string) => Promise<string | null>
  readonly receipts: WebhookReceipts
  readonly crypto: WebhookCrypto
  readonly clock: Clock
  /**
   * Carries a believed call out; throws a MarketError to refuse it. To be idempotent: a call is noted after it was carried out, so a
   * crash in between has it carried out again.
   */
  readonly apply: (call: IncomingWebhook) => Promise<void>
}

export type ReceivedCall = {
  readonly headers: Partial<WebhookHeaders>
  /** As it came, before any parser. */
  readonly body: Uint8Array
}

/** `repeated` for a call that was carried out before: it is answered well, so that its sender stops. */
export type Reception = 'applied' | 'repeated'

/** Longest event id that is kept. */
const idLength = 128
/** Checked against where there is no secret, so that an answer takes as long and tells as little as for a wrong signature. */
const nobodysSecret = 'a secret of no job'

/**
 * Takes calls from encoders: by the job's secret, in the replay window, each id once.
 * Throws `unauthorized`, saying nothing about which of job, time and signature was wrong, and `request-invalid`.
 */
export function createReceiveWebhook(
  deps: ReceiveWebhookDeps,
): (call: ReceivedCall) => Promise<Reception> {
  const { secretOf, receipts, crypto, clock, apply } = deps
  return async ({ headers, body }) => {
    const call = parse(body)
    const secret = await secretOf(call.job)
    const nowSeconds = Math.floor(clock.now() / 1_000)
    const given = { headers, body }
    const refusal = refusalOfWebhook(given, { secret: secret ?? nobodysSecret, nowSeconds }, crypto)
    const { 'webhook-id': id = '' } = headers
    if (secret === null || refusal !== null || id.length > idLength) throw unbelieved()
    if (await receipts.has(call.job, id)) return 'repeated'
    await apply(call)
    await receipts.add(call.job, id, new Date(clock.now()))
    return 'applied'
  }
}

/** Only to find the secret: nothing in the body is believed before its signature is checked. */
function parse(body: Uint8Array): IncomingWebhook {
  const parsed = IncomingWebhook.safeParse(jsonOf(body))
  if (parsed.success) return parsed.data
  throw new MarketError('request-invalid', 'The body is not a webhook call of this program.')
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}

function unbelieved(): MarketError {
  return new MarketError(
    'unauthorized',
    'The call is not signed with the secret of its job, or its time is too far from now.',
  )
}
