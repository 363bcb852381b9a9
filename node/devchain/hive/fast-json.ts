/**
 * hived's fast check of JSON (simdjson on demand): the text must *begin* with one valid value. What follows is scanned
 * for complete strings but not understood, so `{} x` passes; and by a slip of hived a `null` anywhere in the value
 * fails, so `null x` does not.
 */
export function isFastJson(text: string): boolean {
  const tokens = scan(text)
  if (tokens === null) return false
  const value = firstValue(tokens)
  return value?.every(isSound) === true && parses(value.join(''))
}

/** White space, a bracket, a separator, a string, or a run of anything else, in which a quote is nothing special. */
const token = /[ \t\n\r]+|[[\]{}]|[,:]|"(?:[^"\\]|\\.)*"|[^ \t\n\r,:[\]{}"][^ \t\n\r,:[\]{}]*/gsy
const opening = /^[[{]$/
const closing = /^[\]}]$/
const space = /^[ \t\n\r]/
const integer = /^-?\d+$/
/** simdjson gives up on an exponent of twenty digits, zeros in front included. */
const longExponent = /^[-\d][\d.]*[eE][-+]?\d{20}/
const smallestInteger = -(2n ** 63n)
const largestInteger = 2n ** 64n - 1n

/** The text in pieces, or null where a string does not end or holds a control character. */
function scan(text: string): readonly string[] | null {
  const tokens = Array.from(text.matchAll(token), ([piece]) => piece)
  const scanned = tokens.reduce((length, piece) => length + piece.length, 0)
  return scanned === text.length && !tokens.some(hasControlInString) ? tokens : null
}

function hasControlInString(piece: string): boolean {
  if (!piece.startsWith('"')) return false
  const unescaped = piece.replace(/\\./gs, '')
  return Array.from(unescaped).some((character) => character < ' ')
}

/** The pieces of the first value, or null if it never ends. */
function firstValue(tokens: readonly string[]): readonly string[] | null {
  const start = tokens.findIndex((piece) => !space.test(piece))
  let open = 0
  for (let end = Math.max(start, 0); end < tokens.length; end += 1) {
    const piece = tokens[end] ?? ''
    if (opening.test(piece)) open += 1
    if (closing.test(piece)) open -= 1
    if (open <= 0) return tokens.slice(start, end + 1)
  }
  return null
}

function isSound(piece: string): boolean {
  if (piece === 'null') return false
  if (piece.startsWith('"')) return isSoundString(piece)
  if (longExponent.test(piece)) return false
  if (integer.test(piece)) {
    const value = BigInt(piece)
    return value >= smallestInteger && value <= largestInteger
  }
  return !/^[-\d]/.test(piece) || Number.isFinite(Number(piece))
}

/** Every escape must name a character: half of a surrogate pair does not. */
function isSoundString(piece: string): boolean {
  if (!piece.includes('\\u')) return true
  try {
    return String(JSON.parse(piece)).isWellFormed()
  } catch {
    return false
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
