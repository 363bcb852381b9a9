import { z } from 'zod'
import { JobAttest } from './attestation.ts'
import { JobAward } from './award.ts'
import { canonicalJson, utf8 } from './canonical.ts'
import { LedgerCheckpoint } from './checkpoint.ts'
import { JobDeliver } from './delivery.ts'
import { JobEvidence } from './dispute.ts'
import { JobCancel, JobOffer } from './offer.ts'
import { EncoderRate } from './rating.ts'
import { NodeRegister, NodeRetire, NodeUpdate } from './registration.ts'
import { JobRuling } from './ruling.ts'

/** Every custom_json of the market, by its `t`. */
export const Operation = z.discriminatedUnion('t', [
  NodeRegister,
  NodeUpdate,
  NodeRetire,
  JobOffer,
  JobCancel,
  JobAward,
  JobDeliver,
  JobAttest,
  JobEvidence,
  JobRuling,
  EncoderRate,
  LedgerCheckpoint,
])
export type Operation = z.infer<typeof Operation>

/** The kind of key that must sign. Whatever moves money with it is active; a mere statement is posting. */
export type SigningRole = 'posting' | 'active'

export const signingRole: { readonly [T in Operation['t']]: SigningRole } = {
  'node.register': 'posting',
  'node.update': 'posting',
  'node.retire': 'posting',
  'job.offer': 'posting',
  'job.cancel': 'posting',
  'job.award': 'active',
  'job.deliver': 'posting',
  'job.attest': 'posting',
  'job.evidence': 'active',
  'job.ruling': 'active',
  'encoder.rate': 'posting',
  checkpoint: 'posting',
}

/** hived takes 8,192 bytes of JSON; we leave room for what wraps it. */
export const operationLimitBytes = 7_000

/** The JSON text of an operation as it goes into a custom_json. Throws a RangeError over {@link operationLimitBytes}. */
export function formatOperation(operation: Operation): string {
  const text = canonicalJson(z.encode(Operation, operation))
  if (utf8(text).length > operationLimitBytes)
    throw new RangeError(`${operation.t} is too long for the chain`)
  return text
}

/** An operation, or why a text is none. hived accepts JSON that `JSON.parse` does not, so failing is normal. */
export type ParsedOperation =
  | { readonly ok: true; readonly operation: Operation }
  | {
      readonly ok: false
      readonly reason: 'too-long' | 'not-json' | 'not-an-object' | 'unknown' | 'malformed'
    }

/** Parses the JSON of a custom_json. Never throws. */
export function parseOperation(json: string): ParsedOperation {
  if (isTooLong(json)) return { ok: false, reason: 'too-long' }
  const value = parseJson(json)
  if (value === undefined) return { ok: false, reason: 'not-json' }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { ok: false, reason: 'not-an-object' }
  const parsed = Operation.safeParse(value)
  if (parsed.success && (isPlain(json) || isWellFormed(value)))
    return { ok: true, operation: parsed.data }
  return { ok: false, reason: isKnown(value) ? 'malformed' : 'unknown' }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A unit of UTF-16 is three bytes of UTF-8 at most, so most texts need not be encoded to be measured. */
function isTooLong(text: string): boolean {
  return 3 * text.length > operationLimitBytes && utf8(text).length > operationLimitBytes
}

/** True for JSON that holds no half of a surrogate pair, neither as it is nor escaped. */
function isPlain(json: string): boolean {
  return json.isWellFormed() && !json.includes('\\u')
}

/** Half a surrogate pair is legal in JSON, but has no canonical form: a ledger that held one could not be hashed. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.values(value).every(isWellFormed)
}

function isKnown(value: object): boolean {
  return (
    'v' in value &&
    value.v === 1 &&
    't' in value &&
    typeof value.t === 'string' &&
    Object.hasOwn(signingRole, value.t)
  )
}
