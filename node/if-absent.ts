/**
 * For what need not be there: its absence is answered by `instead`, and every other trouble is thrown, lest something new be made in
 * the place of what could not be read.
 */
export function ifAbsent<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return instead
    throw error
  }
}
