import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { createEncodeView } from '#node/local/encode-view.ts'
import type { LocalProgress } from '#node/local/local-report.ts'

const half: LocalProgress = { stage: 'encoding', percent: 50, speed: 12.34, etaSeconds: 3_725 }

/** What a terminal of so many columns is shown of an encode at its half. */
function shownIn(columns: number, progress = half): string {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns, rows: 24 })
  // A stream that claims to be a terminal is all that the view asks for.
  const view = createEncodeView(terminal as unknown as NodeJS.WriteStream, { asJson: false })
  view.progress(progress)
  view.interrupt()
  const shown = stripVTControlCharacters(String(terminal.read()))
  const lines = shown.split('\n').filter((line) => line.trim() !== '')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns)
  expect(new Set(lines).size).toBe(1)
  return lines[0] ?? ''
}

test('the source that is looked at has a bar of its own', () => {
  const progress = { stage: 'analysing', percent: 0, sourcePercent: 40 } as const
  expect(shownIn(60, progress)).toBe('analysing   ████████████░░░░░░░░░░░░░░░░░░   40 %')
})

test.each([
  [120, 'encoding    ███████████████░░░░░░░░░░░░░░░   50 %  12.34x  1:02:05 left'],
  [60, 'encoding    █████████░░░░░░░░░   50 %  12.34x  1:02:05 left'],
  [40, 'encoding    ██████░░░░░░   50 %  12.34x'],
  [30, 'encoding    █████░░░░░   50 %'],
  [20, 'encoding     50 %'],
])('a terminal of %i columns is shown one line that fits', (columns, line) => {
  expect(shownIn(columns)).toBe(line)
})
