/** Where reading has got to. `peek` and `take` give '' at the end, which fits no rule. */
type Cursor = { readonly peek: () => string; readonly take: () => string }

const deepest = 200
const whitespace = /^[ \t\n\r]$/
const digit = /^[0-9]$/
const alphanumeric = /^[A-Za-z0-9]$/
const tokenCharacter = /^[A-Za-z0-9_.:/-]$/
const literalCharacter = /^[nultrefas]$/
const endOfTransmission = '\u0004'
const lastAscii = '\u007f'
const largestUnsigned = 2n ** 64n - 1n
const largestSigned = 2n ** 63n

/**
 * hived's fallback for what is not JSON: fc's "relaxed" reader. It takes bare words that begin like `null`, `true` or
 * `false` (`nope`), commas anywhere between members, leading zeros and control characters in strings; but unlike the
 * fast check it leaves nothing over at the end.
 */
export function isRelaxedJson(text: string): boolean {
  const cursor = createCursor(text)
  return readValue(cursor, 0) && cursor.peek() === ''
}

function createCursor(text: string): Cursor {
  let at = 0
  return {
    peek: () => text.charAt(at),
    take: () => {
      at += 1
      return text.charAt(at - 1)
    },
  }
}

function readValue(cursor: Cursor, above: number): boolean {
  const depth = above + 1
  if (depth > deepest) return false
  skipWhitespace(cursor)
  const next = cursor.peek()
  if (next === '"') return readString(cursor)
  if (next === '{') return readObject(cursor, depth)
  if (next === '[') return readArray(cursor, depth)
  if (/^[-.0-9]$/.test(next)) return readNumber(cursor)
  return /^[ntf]$/.test(next) && readWord(cursor)
}

function readObject(cursor: Cursor, above: number): boolean {
  const depth = above + 1
  if (depth > deepest) return false
  cursor.take()
  for (skipFiller(cursor); cursor.peek() !== '}'; skipFiller(cursor)) {
    if (!readString(cursor)) return false
    skipWhitespace(cursor)
    if (cursor.take() !== ':' || !readValue(cursor, depth)) return false
  }
  cursor.take()
  return true
}

function readArray(cursor: Cursor, above: number): boolean {
  const depth = above + 1
  if (depth > deepest) return false
  cursor.take()
  for (skipFiller(cursor); cursor.peek() !== ']'; skipFiller(cursor)) {
    if (!readValue(cursor, depth)) return false
  }
  cursor.take()
  return true
}

function readString(cursor: Cursor): boolean {
  if (cursor.take() !== '"') return false
  for (let next = cursor.take(); next !== '"'; next = cursor.take()) {
    if (next === '' || next === endOfTransmission) return false
    if (next === '\\' && cursor.take() === '') return false
  }
  return true
}

/** A number, or a word that begins like one (`5x`). */
function readNumber(cursor: Cursor): boolean {
  let read = cursor.peek() === '-' ? cursor.take() : ''
  while (digit.test(cursor.peek()) || cursor.peek() === '.') {
    if (cursor.peek() === '.' && read.includes('.')) return false
    read += cursor.take()
  }
  if (alphanumeric.test(cursor.peek())) return readRest(cursor)
  if (read.includes('.')) return /\d/.test(read)
  if (!/\d/.test(read)) return false
  return read.startsWith('-') ? BigInt(read) >= -largestSigned : BigInt(read) <= largestUnsigned
}

/** `null`, `true`, `false`, or any word that begins with their letters. */
function readWord(cursor: Cursor): boolean {
  let read = ''
  while (literalCharacter.test(cursor.peek())) read += cursor.take()
  if (read === 'null' || read === 'true' || read === 'false') return true
  return cursor.peek() === '' || readRest(cursor)
}

/** The rest of an unquoted word, with one white space behind it. Only a single byte may be escaped. */
function readRest(cursor: Cursor): boolean {
  while (tokenCharacter.test(cursor.peek()) || cursor.peek() === '\\') {
    if (cursor.take() === '\\' && cursor.take() > lastAscii) return false
  }
  if (/^[\t\n \0]$/.test(cursor.peek())) cursor.take()
  return true
}

function skipWhitespace(cursor: Cursor): void {
  while (whitespace.test(cursor.peek())) cursor.take()
}

/** Between members any number of commas may stand, none included. */
function skipFiller(cursor: Cursor): void {
  while (whitespace.test(cursor.peek()) || cursor.peek() === ',') cursor.take()
}
