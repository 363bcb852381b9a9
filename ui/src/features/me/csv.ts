/** What a spreadsheet would take for the beginning of a formula. */
const isFormula = /^[=+\-@\t\r]/
const needsQuotes = /[",\r\n]/

/**
 * Rows as CSV (RFC 4180): lines end by CRLF, and what has commas, quotes or line ends stands in quotes. Spreadsheets run what looks like a
 * formula, whoever wrote it, so such texts get an apostrophe before them.
 */
export function csvText(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map(fieldOf).join(',')}\r\n`).join('')
}

function fieldOf(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const safe = isFormula.test(value) ? `'${value}` : value
  return needsQuotes.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
