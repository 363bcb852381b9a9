import { PassThrough } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { createEncodeView } from '#node/local/encode-view.ts'

/** What a terminal of so many columns is shown of an encode at its half. */
async function shownIn(columns: number): Promise<string> {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns, rows: 24 })
  // A stream that claims to be a terminal is all that the view asks for.
  const view = createEncodeView(terminal as unknown as NodeJS.WriteStream, { asJson: false })
  view.progress({ stage: 'encoding', percent: 50, speed: 12.34, etaSeconds: 3_725 })
  await setTimeout(150)
  view.interrupt()
  const shown = stripVTControlCharacters(String(terminal.read()))
  const lines = shown.split('\n').filter((line) => line.trim() !== '')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns)
  expect(new Set(lines).size).toBe(1)
  return lines[0] ?? ''
}

test.each([
  [120, 'encoding    ███████████████░░░░░░░░░░░░░░░   50 %  12.34x  1:02:05 left'],
  [60, 'encoding    █████████░░░░░░░░░   50 %  12.34x  1:02:05 left'],
  [40, 'encoding    ██████░░░░░░   50 %  12.34x'],
  [30, 'encoding    █████░░░░░   50 %'],
  [20, 'encoding     50 %'],
])('a terminal of %i columns is shown one line that fits', async (columns, line) => {
  expect(await shownIn(columns)).toBe(line)
})
