import { expect, test } from 'vitest'
import type { Earning } from '#protocol/api/earnings.ts'
import { hbd, height, jobId, time, transactionId } from '#test/support/builders.ts'
import { csvText } from '#ui/features/me/csv.ts'
import { earningsCsv } from '#ui/features/me/earnings-csv.ts'

/** Reads a file as RFC 4180 has it. */
function fieldsOf(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]]
  const field = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|$)/y
  while (field.lastIndex < text.length) {
    const [, value = '', end] = field.exec(text) ?? []
    rows.at(-1)?.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value)
    if (end === '\r\n' && field.lastIndex < text.length) rows.push([])
  }
  return rows
}

test('what has commas, quotes or line ends comes back as it was', () => {
  const rows = [
    ['plain', 'a,b', 'say "so"'],
    ['two\r\nlines', '', '"'],
  ]
  const text = csvText(rows)
  expect(text).toBe('plain,"a,b","say ""so"""\r\n"two\r\nlines",,""""\r\n')
  expect(fieldsOf(text)).toEqual(rows)
})

test('no text is a formula to a spreadsheet, and numbers stay numbers', () => {
  for (const formula of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])
    expect(fieldsOf(csvText([[formula, 'x']]))).toEqual([[`'${formula}`, 'x']])
  expect(csvText([['=HYPERLINK("http://x","y")']])).toBe(`"'=HYPERLINK(""http://x"",""y"")"\r\n`)
  expect(csvText([[-1, 2.5]])).toBe('-1,2.5\r\n')
})

test('a payment is a line with its moment, block, transaction, job, role and exact amount', () => {
  const transaction = transactionId('pay')
  const earning: Earning = {
    ...{ height: height(7), time: time(1_700_000_000), transaction, position: 0 },
    ...{ job: jobId('alice'), role: 'encoder' as const, amount: hbd(1_042n) },
  }
  expect(earningsCsv([earning])).toBe(
    'time (UTC),block,transaction,job,role,amount,currency\r\n' +
      `2023-11-14T22:13:20.000Z,7,${transaction},alice:0000000000000001,encoder,1.042,HBD\r\n`,
  )
})
