/** First and last byte, both included. */
export type ByteRange = { readonly start: number; readonly end: number }

/**
 * One byte range of a file (RFC 9110 §14): null where none is asked for, or several, which a server may ignore;
 * `unsatisfiable` where the file ends before it.
 */
export function parseRange(header: string, size: number): ByteRange | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header)
  const [, first = '', last = ''] = match ?? []
  if (!match || (first === '' && last === '')) return null
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  const isEmptySuffix = first === '' && Number(last) === 0
  if (start >= size || start > end || isEmptySuffix) return 'unsatisfiable'
  return { start, end }
}
