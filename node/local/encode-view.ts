import { createLogUpdate } from 'log-update'
import { formatBar, formatBytes, formatDuration, formatEta } from '../supervisor/format.ts'
import type { Palette } from '../supervisor/palette.ts'
import { createPalette } from '../supervisor/palette.ts'
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
const drawEveryMs = 100

/** Percent between two lines where nothing can be drawn over. */
const lineEvery = 5

const resumeHint = 'Stopped. Run the same command again to go on from here.'

/** A bar on a terminal, lines in a pipe, JSON for programs. */
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
  const settle = (text: string): void => {
    clearInterval(timer)
    draw()
    update.done()
    stream.write(`${text}\n`)
  }
  return {
    progress: (progress) => {
      line = progressLine(progress, paint)
    },
    warn: (text) => update.persist(paint.dim(text)),
    finish: (report) => settle(reportLines(report, paint).join('\n')),
    fail: ({ code, message }) => settle(`${paint.bad(`${code}:`)} ${message}`),
    interrupt: () => settle(resumeHint),
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
      const mark = `${progress.stage} ${Math.floor(progress.percent / lineEvery)}`
      if (mark === told) return
      told = mark
      print(progressLine(progress, paint))
    },
    warn: print,
    finish: (report) => print(reportLines(report, paint).join('\n')),
    fail: ({ code, message }) => print(`${code}: ${message}`),
    interrupt: () => print(resumeHint),
  }
}

/** One line: stage, bar, percent, speed, time left. */
function progressLine(
  { stage, percent, speed, etaSeconds }: LocalProgress,
  paint: Palette,
): string {
  return [
    stage.padEnd(10),
    formatBar(percent, barWidth),
    `${Math.floor(percent)} %`.padStart(5),
    ...(speed === undefined ? [] : [paint.strong(`${speed.toFixed(2)}x`)]),
    ...(etaSeconds === undefined ? [] : [paint.dim(formatEta(etaSeconds))]),
  ].join('  ')
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
