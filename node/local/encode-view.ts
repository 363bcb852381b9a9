import { createLogUpdate } from 'log-update'
import { formatBar, formatBytes, formatDuration, formatEta } from '../supervisor/format.ts'
import type { Palette } from '../supervisor/palette.ts'
import { createPalette } from '../supervisor/palette.ts'
import { tellFailure } from '../supervisor/tell-failure.ts'
import { copyNote } from './copy-note.ts'
import type { LocalProgress, LocalReport } from './local-report.ts'

/** How an encode tells people, or programs, what happens. */
export type EncodeView = {
  progress(progress: LocalProgress): void
  warn(text: string): void
  finish(report: LocalReport): void
  fail(error: { readonly code: string; readonly message: string }): void
  interrupt(): void
}

const barWidth = 30
const leastBarWidth = 8
const drawEveryMs = 100

/** Percent between two lines where nothing can be drawn over. */
const lineEvery = 5

const resumeHint = 'Stopped. Run the same command again to go on from here.'

/** A bar on a terminal, lines in a pipe, JSON for programs: these read of an error where they read the result. */
export function createEncodeView(
  stream: NodeJS.WriteStream,
  { asJson }: { readonly asJson: boolean },
): EncodeView {
  if (asJson) return jsonView((value) => stream.write(`${JSON.stringify(value)}\n`))
  return stream.isTTY ? barView(stream) : lineView(stream)
}

function jsonView(print: (value: unknown) => void): EncodeView {
  return {
    progress: (progress) => print({ progress }),
    warn: (warning) => print({ warning }),
    finish: (result) => print({ result }),
    fail: ({ code, message }) => print({ error: { code, message } }),
    interrupt: () => print({ error: { code: 'cancelled', message: resumeHint } }),
  }
}

function barView(stream: NodeJS.WriteStream): EncodeView {
  const paint = createPalette(stream)
  const update = createLogUpdate(stream)
  let line = ''
  const draw = (): void => update(line)
  const timer = setInterval(draw, drawEveryMs)
  const settle = (): void => {
    clearInterval(timer)
    draw()
    update.done()
  }
  return {
    progress: (progress) => {
      line = progressLine(progress, paint, stream.columns)
    },
    warn: (text) => update.persist(paint.dim(text)),
    finish: (report) => {
      settle()
      stream.write(`${reportLines(report, paint).join('\n')}\n`)
    },
    fail: (error) => {
      settle()
      tellFailure(error)
    },
    interrupt: () => {
      settle()
      process.stderr.write(`${resumeHint}\n`)
    },
  }
}

function lineView(stream: NodeJS.WriteStream): EncodeView {
  const paint = createPalette(stream)
  const print = (text: string): void => {
    stream.write(`${text}\n`)
  }
  let told = ''
  return {
    progress: (progress) => {
      const mark = `${progress.stage} ${Math.floor(shownPercent(progress) / lineEvery)}`
      if (mark === told) return
      told = mark
      print(progressLine(progress, paint))
    },
    warn: print,
    finish: (report) => print(reportLines(report, paint).join('\n')),
    fail: tellFailure,
    interrupt: () => process.stderr.write(`${resumeHint}\n`),
  }
}

/** One line: stage, bar, percent, speed, time left. In a narrow terminal the bar shrinks first, then what is last goes. */
function progressLine(
  progress: LocalProgress,
  paint: Palette,
  columns = Number.POSITIVE_INFINITY,
): string {
  const { stage, speed, etaSeconds } = progress
  const percent = shownPercent(progress)
  const head = stage.padEnd(10)
  const facts = [
    { text: `${Math.floor(percent)} %`.padStart(5), style: plainly },
    ...(speed === undefined ? [] : [{ text: `${speed.toFixed(2)}x`, style: paint.strong }]),
    ...(etaSeconds === undefined ? [] : [{ text: formatEta(etaSeconds), style: paint.dim }]),
  ]
  const gap = '  '
  const barRoom = (): number => {
    const others = [head, '', ...facts.map(({ text }) => text)].join(gap).length
    // A terminal whose last column is written to may begin a new line.
    return Math.min(barWidth, columns - 1 - others)
  }
  while (barRoom() < leastBarWidth && facts.length > 1) facts.pop()
  const bar = barRoom() < leastBarWidth ? [] : [formatBar(percent, barRoom())]
  return [head, ...bar, ...facts.map(({ text, style }) => style(text))].join(gap)
}

/** While the source is looked at, how far that is. */
function shownPercent({ percent, sourcePercent = percent }: LocalProgress): number {
  return sourcePercent
}

function plainly(text: string): string {
  return text
}

function reportLines(report: LocalReport, paint: Palette): readonly string[] {
  const { renditions, seconds, pieces, duration, bytes, speed } = report
  const took = seconds.analyse + seconds.encode + seconds.finish
  const reused = pieces.reused > 0 ? `, ${pieces.reused} of ${pieces.total} pieces were there` : ''
  return [
    paint.good(
      `${formatDuration(duration)} of video in ${formatDuration(took)} (${speed.toFixed(2)}x), ${formatBytes(bytes)}${reused}.`,
    ),
    ...renditions.map(
      ({ name, width, height, segments, averageKbps, bytes: size, hardware }) =>
        `  ${name.padEnd(6)} ${`${width}x${height}`.padEnd(10)} ${String(segments).padStart(4)} segments  ${String(averageKbps).padStart(5)} kb/s  ${formatBytes(size)}${makersText(hardware)}`,
    ),
    `  ${copyNote(report)}`,
    ...subtitleLines(report),
    `  play  ${paint.strong(report.master)}`,
    `  root  ${report.root}`,
  ]
}

/** Nothing for libx264, which is what one expects. */
function makersText(hardware: LocalReport['renditions'][number]['hardware']): string {
  return Object.entries(hardware)
    .map(([encoder, segments]) => `  ${segments} by ${encoder}`)
    .join('')
}

function subtitleLines({ subtitles, ignoredSubtitles }: LocalReport): readonly string[] {
  const kept = subtitles.length > 0 ? [`  subtitles  ${subtitles.join(', ')}`] : []
  const note = `  ${ignoredSubtitles} subtitles are pictures, not text, and were left out`
  return ignoredSubtitles > 0 ? [...kept, note] : kept
}
