/** What hived throws, by our word for it. Programs look at `code` and `name`; `what` opens the text for people. */
export const hiveExceptions = {
  parse: { code: 4, name: 'parse_error_exception', what: 'Parse Error' },
  'bad-cast': { code: 7, name: 'bad_cast_exception', what: 'Bad Cast' },
  assert: { code: 10, name: 'assert_exception', what: 'Assert Exception' },
  'unknown-key': { code: 13, name: 'std::out_of_range', what: 'unknown key' },
  'missing-active': {
    code: 3010000,
    name: 'tx_missing_active_auth',
    what: 'missing required active authority',
  },
  'missing-owner': {
    code: 3020000,
    name: 'tx_missing_owner_auth',
    what: 'missing required owner authority',
  },
  'missing-posting': {
    code: 3030000,
    name: 'tx_missing_posting_auth',
    what: 'missing required posting authority',
  },
  'duplicate-signature': {
    code: 3060000,
    name: 'tx_duplicate_sig',
    what: 'duplicate signature included',
  },
  expiration: {
    code: 4030100,
    name: 'transaction_expiration_exception',
    what: 'transaction expiration exception',
  },
  tapos: {
    code: 4030200,
    name: 'transaction_tapos_exception',
    what: 'transaction tapos exception',
  },
} as const

const placePattern = /\{(\w+)\}/g

export type HiveException = keyof typeof hiveExceptions
export type ErrorData = Readonly<Record<string, unknown>>

/** A refusal in hived's own terms. `format` has places like `{name}`, which `data` fills. */
export class HiveError extends Error {
  override readonly name = 'HiveError'
  readonly exception: HiveException
  readonly format: string
  readonly data: ErrorData
  /** The C++ condition that failed. It is all the text there is where hived gives no format. */
  readonly expression: string

  constructor(exception: HiveException, format: string, data: ErrorData = {}, expression = '') {
    const opening = expression === '' ? '' : `${expression}: `
    super(`${hiveExceptions[exception].what}:${opening}${fillFormat(format, data)}`)
    this.exception = exception
    this.format = format
    this.data = data
    this.expression = expression
  }
}

/** hived's FC_ASSERT. */
export function ensure(
  condition: boolean,
  format: string,
  data: ErrorData = {},
): asserts condition {
  if (!condition) throw new HiveError('assert', format, data)
}

/** The format as hived's clients know it: a place is `${name}`. */
export function hivedFormat(format: string): string {
  return format.replace(placePattern, (place) => `$${place}`)
}

function fillFormat(format: string, data: ErrorData): string {
  return format.replace(placePattern, (place, key: string) =>
    key in data ? printValue(data[key]) : place,
  )
}

function printValue(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
}
