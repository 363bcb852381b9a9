/** What came of one try. Only a status from 200 to 299 means that the receiver has it. */
export type TryOutcome =
  | {
      readonly type: 'answered'
      readonly status: number
      readonly latencyMs: number
      /** The first bytes of the answer as text. */
      readonly answer: string
      /** Seconds that the receiver asks to wait before the next try. */
      readonly retryAfterSeconds: number | null
    }
  | { readonly type: 'unanswered'; readonly reason: string; readonly latencyMs: number }

export type WebhookCall = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface WebhookSender {
  /**
   * Posts once, to public addresses only, following no redirect. Whatever goes wrong out there is an outcome; rejects only when
   * the signal aborts, and then the call may have arrived or not.
   */
  send(call: WebhookCall, signal: AbortSignal): Promise<TryOutcome>
}
