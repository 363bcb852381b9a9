import { webhookRetryDelayMs } from '../domain/webhook-retry.ts'
import type { WebhookCrypto } from '../domain/webhook-signature.ts'
import { signWebhook } from '../domain/webhook-signature.ts'
import { MarketError } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { SecretBox } from '../ports/secret-box.ts'
import type { TryOutcome, WebhookSender } from '../ports/webhook-sender.ts'
import type { DeliveryStep, LeasedDelivery, WebhookStore } from '../ports/webhook-store.ts'

export type DispatchWebhooksDeps = {
  readonly deliveries: WebhookStore
  readonly sender: WebhookSender
  readonly crypto: WebhookCrypto
  readonly secrets: Pick<SecretBox, 'open'>
  readonly clock: Clock
  /** From 0 to 1. */
  readonly random: () => number
  /** Told of every try that was reported. */
  readonly onTry?: (outcome: TryOutcome, step: DeliveryStep) => void
}

export type DispatchWebhooks = {
  /** Takes up to so many deliveries that are due; each is to be given to `deliver`. */
  lease(limit: number): Promise<readonly LeasedDelivery[]>
  /**
   * Makes one try and records what came of it. A crash in between makes the lease lapse, and the same event is sent again: at
   * least once, always under the same id.
   */
  deliver(delivery: LeasedDelivery, signal: AbortSignal): Promise<void>
}

/** Well above the longest try, and above what the clocks of two indexers may differ by. */
const leaseMs = 60_000
const perOwner = 4
/** The receiver says that it wants no more of this. */
const gone = 410

/** Sends what owners are to be told; see `WebhookStore` for the phases of a delivery. */
export function createDispatchWebhooks(deps: DispatchWebhooksDeps): DispatchWebhooks {
  const { deliveries, sender, clock, onTry } = deps
  return {
    lease: (limit) => {
      const now = clock.now()
      const until = new Date(now + leaseMs)
      return deliveries.lease({ limit, perOwner, now: new Date(now), until })
    },
    deliver: async (delivery, signal) => {
      try {
        const call = signedCall(delivery, deps)
        const outcome = call ? await sender.send(call, signal) : unsigned
        const step = stepAfter(delivery, outcome, deps)
        await deliveries.record(delivery, { outcome, step, at: new Date(clock.now()) })
        onTry?.(outcome, step)
      } catch (error) {
        if (!signal.aborted) throw error
        await deliveries.release(delivery, new Date(clock.now()))
      }
    },
  }
}

/** Nothing goes out that cannot be signed; the owner reads why. */
const unsigned: TryOutcome = { type: 'unanswered', reason: 'secret-unreadable', latencyMs: 0 }

/** Each try is signed anew: its time must be within the receiver's window. Null where the secret cannot be read. */
function signedCall(
  { id, owner, url, secret: sealed, body: text }: LeasedDelivery,
  { crypto, secrets, clock }: Pick<DispatchWebhooksDeps, 'crypto' | 'secrets' | 'clock'>,
) {
  const body = new TextEncoder().encode(text)
  const timestamp = Math.floor(clock.now() / 1_000)
  const secret = opened(secrets, sealed, owner)
  if (secret === null) return null
  const signed = signWebhook({ id, timestamp, body }, secret, crypto)
  const headers = { 'content-type': 'application/json', 'user-agent': 'spk-encoder', ...signed }
  return { url, headers, body }
}

function opened(secrets: Pick<SecretBox, 'open'>, sealed: string, owner: string): string | null {
  try {
    return secrets.open(sealed, owner)
  } catch (error) {
    if (error instanceof MarketError && error.code === 'secret-unreadable') return null
    throw error
  }
}

function stepAfter(
  { tries, triesAllowed }: LeasedDelivery,
  outcome: TryOutcome,
  { clock, random }: Pick<DispatchWebhooksDeps, 'clock' | 'random'>,
): DeliveryStep {
  const status = outcome.type === 'answered' ? outcome.status : 0
  if (status >= 200 && status < 300) return { phase: 'delivered' }
  if (status === gone || tries >= triesAllowed) return { phase: 'dead' }
  const askedMs = outcome.type === 'answered' ? (outcome.retryAfterSeconds ?? 0) * 1_000 : 0
  const delayMs = Math.max(askedMs, webhookRetryDelayMs(tries, random()))
  return { phase: 'due', nextTryAt: new Date(clock.now() + delayMs) }
}
