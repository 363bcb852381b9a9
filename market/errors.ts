/**
 * Operational errors, by code. `status` is what HTTP answers; `retryable` says whether the same request may succeed later.
 * Handlers never choose either.
 */
export const marketErrors = {
  'input-missing': { status: 400, retryable: false },
  'input-empty': { status: 422, retryable: false },
  'input-unreadable': { status: 422, retryable: false },
  'input-playlist': { status: 422, retryable: false },
  'input-no-video': { status: 422, retryable: false },
  'input-truncated': { status: 422, retryable: false },
  'input-not-copyable': { status: 422, retryable: false },
  'input-too-large': { status: 422, retryable: false },
  'input-encrypted': { status: 422, retryable: false },
  'input-unsupported': { status: 422, retryable: false },
  /** This machine cannot, another may. */
  'unsupported-here': { status: 501, retryable: false },
  unauthorized: { status: 401, retryable: false },
  'request-invalid': { status: 400, retryable: false },
  /** Each of these is understood, and cannot be done as it is. */
  'cursor-unknown': { status: 422, retryable: false },
  'address-refused': { status: 422, retryable: false },
  'bid-refused': { status: 422, retryable: false },
  'job-unknown': { status: 404, retryable: false },
  /** Known who asks, and may not. */
  forbidden: { status: 403, retryable: false },
  /** Of a server that shows the market and changes nothing in it. */
  'read-only': { status: 403, retryable: false },
  'rate-limited': { status: 429, retryable: true },
  'upgrade-required': { status: 426, retryable: false },
  'request-slow': { status: 408, retryable: true },
  'not-holder': { status: 409, retryable: false },
  'lease-expired': { status: 409, retryable: false },
  'stale-token': { status: 409, retryable: false },
  'job-ended': { status: 409, retryable: false },
  'id-taken': { status: 409, retryable: false },
  'no-tier': { status: 422, retryable: false },
  'not-found': { status: 404, retryable: false },
  /** Some of a tree has not been brought yet. */
  'tree-lacking': { status: 409, retryable: true },
  'body-too-large': { status: 413, retryable: false },
  'quota-exceeded': { status: 403, retryable: true },
  'role-missing': { status: 409, retryable: false },
  'node-unready': { status: 503, retryable: true },
  'funds-missing': { status: 402, retryable: true },
  'arbiter-missing': { status: 409, retryable: true },
  /** A bid that is not there, or cannot win any more. */
  'bid-lost': { status: 409, retryable: false },
  'choice-missing': { status: 409, retryable: true },
  'no-bids': { status: 409, retryable: true },
  'encoder-failed': { status: 502, retryable: true },
  'delivery-late': { status: 502, retryable: true },
  'delivery-refused': { status: 502, retryable: false },
  'ranges-differ': { status: 502, retryable: false },
  'escrow-refused': { status: 409, retryable: true },
  'transaction-refused': { status: 502, retryable: false },
  'transaction-expired': { status: 503, retryable: true },
  'chain-unavailable': { status: 503, retryable: true },
  'chain-inconsistent': { status: 502, retryable: true },
  'chain-foreign': { status: 502, retryable: false },
  /** Not on this node, which asks nobody for it. */
  'content-absent': { status: 404, retryable: true },
  'content-unavailable': { status: 504, retryable: true },
  'content-corrupt': { status: 502, retryable: true },
  'peer-unreachable': { status: 504, retryable: true },
  'ffmpeg-missing': { status: 500, retryable: false },
  'ffmpeg-failed': { status: 500, retryable: true },
  'disk-full': { status: 507, retryable: true },
  'memory-exceeded': { status: 500, retryable: true },
  'data-locked': { status: 409, retryable: true },
  'data-foreign': { status: 409, retryable: false },
  'data-unusable': { status: 500, retryable: false },
  'key-missing': { status: 400, retryable: false },
  'key-wrong': { status: 400, retryable: false },
  'keystore-missing': { status: 400, retryable: false },
  'keystore-exposed': { status: 400, retryable: false },
  'keystore-damaged': { status: 500, retryable: false },
  'keystore-locked': { status: 400, retryable: false },
  'password-wrong': { status: 400, retryable: false },
  'secret-unreadable': { status: 500, retryable: false },
  'signature-refused': { status: 409, retryable: true },
  'option-invalid': { status: 400, retryable: false },
  'child-failed': { status: 500, retryable: true },
  cancelled: { status: 499, retryable: true },
} as const

export type MarketErrorCode = keyof typeof marketErrors

/** An operational failure: expected in some run, told to the user in one sentence, told to a program by its code. */
export class MarketError extends Error {
  override readonly name = 'MarketError'
  readonly code: MarketErrorCode
  readonly meta: Readonly<Record<string, string | number>>

  constructor(
    code: MarketErrorCode,
    message: string,
    meta: Readonly<Record<string, string | number>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.code = code
    this.meta = meta
  }
}
