/**
 * A hash function, passed in so that this folder and the contracts need no package and run in a browser unchanged. It keeps nothing
 * of the bytes: they may be others after the call.
 */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

/**
 * JSON with sorted keys and no white space: one text per value, whoever writes it (RFC 8785 for the values used here).
 * Throws a TypeError on what JSON would drop or change silently: undefined, functions, bigint, NaN, lone surrogates.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return canonicalString(value)
  if (typeof value === 'number') return canonicalNumber(value)
  if (Array.isArray(value)) {
    let text = ''
    for (const member of value) text += `${text && ','}${canonicalJson(member)}`
    return `[${text}]`
  }
  if (isPlainObject(value)) {
    let text = ''
    for (const key of sortedNames(value))
      text += `${text && ','}${canonicalString(key)}:${canonicalJson(value[key])}`
    return `{${text}}`
  }
  throw new TypeError(`canonical JSON has no form for ${typeof value}`)
}

/** Names up to which inserting them one by one takes half the time of `sort`; a ledger hashes thousands of records. */
const fewNames = 32

/** An object's names in the order of canonical JSON, by UTF-16 units. */
export function sortedNames(value: object): readonly string[] {
  const found = Object.keys(value)
  if (found.length > fewNames) return found.sort()
  const names: string[] = []
  for (const name of found) {
    let place = names.length
    for (let before = names[place - 1]; before !== undefined && before > name; ) {
      names[place] = before
      place -= 1
      before = names[place - 1]
    }
    names[place] = name
  }
  return names
}

/** The hash of a value's canonical JSON, in hex. */
export function canonicalHash(value: unknown, sha256: Sha256): string {
  return bytesToHex(hashText(canonicalJson(value), sha256))
}

/** Room for the texts of most records, so that hashing one takes no memory. */
const scratch = new Uint8Array(64 * 1024)

/** The hash of a text's UTF-8. */
export function hashText(text: string, sha256: Sha256): Uint8Array {
  // A unit of UTF-16 is three bytes of UTF-8 at most.
  if (3 * text.length > scratch.length) return sha256(encoder.encode(text))
  const { written } = encoder.encodeInto(text, scratch)
  return sha256(scratch.subarray(0, written))
}

const encoder = new TextEncoder()

/** Texts up to which a loop is faster than the encoder, where they are ASCII. */
const shortText = 128

export function utf8(text: string): Uint8Array {
  if (text.length > shortText) return encoder.encode(text)
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit > 0x7f) return encoder.encode(text)
    bytes[index] = unit
  }
  return bytes
}

const hexBytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function bytesToHex(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += hexBytes[byte]
  return hex
}

/** Throws a TypeError on text that is not an even number of hex digits. */
export function hexToBytes(hex: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new TypeError('not hex')
  const bytes = new Uint8Array(hex.length / 2)
  for (let index = 0; index < bytes.length; index += 1)
    bytes[index] = Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16)
  return bytes
}

/** Nothing that JSON escapes, and no half of a pair. */
const plainText = /^[ !#-[\]-~]*$/

function canonicalString(text: string): string {
  if (plainText.test(text)) return `"${text}"`
  if (!text.isWellFormed()) throw new TypeError('canonical JSON has no form for a lone surrogate')
  return JSON.stringify(text)
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value))
    throw new TypeError('canonical JSON has no form for a number that is not finite')
  return String(value)
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
