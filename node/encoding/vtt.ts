import { clockBaseSeconds, clockRate } from './segment-clock.ts'

/** 3725.5 as `01:02:05.500`. */
export function vttTime(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(milliseconds / 3_600_000)
  const minutes = Math.floor(milliseconds / 60_000) % 60
  const rest = Math.floor(milliseconds / 1000) % 60
  return `${two(hours)}:${two(minutes)}:${two(rest)}.${String(milliseconds % 1000).padStart(3, '0')}`
}

/** Text of one track is never longer: two hours of speech take a tenth of a megabyte. */
const longestText = 8 * 1024 * 1024

/** Says which moment of the tree's clock is the zero of the cues (RFC 8216, 3.5). */
const clockMap = `X-TIMESTAMP-MAP=MPEGTS:${clockBaseSeconds * clockRate},LOCAL:00:00:00.000`

/**
 * Foreign WebVTT made ours: cues within the video, in order, with nothing in them but their text; styles, regions, notes
 * and settings are left behind. Null where no cue is left.
 */
export function cleanVtt(text: string, seconds: number): string | null {
  const cues = readCues(text, seconds)
  if (cues.length === 0) return null
  const blocks = cues.map(
    (cue) => `${vttTime(cue.start)} --> ${vttTime(cue.end)}\n${cue.lines.join('\n')}\n`,
  )
  return [`WEBVTT\n${clockMap}\n`, ...blocks].join('\n')
}

/** One text and the seconds from and to which it is shown. */
export type Cue = {
  readonly start: number
  readonly end: number
  readonly lines: readonly string[]
}

/** The cues of a WebVTT text that lie within the video, in order of their beginnings. */
export function readCues(text: string, seconds: number): readonly Cue[] {
  return text
    .slice(0, longestText)
    .replace(/\r\n?/g, '\n')
    .split(/\n{2,}/)
    .flatMap((block) => parseCue(block, seconds))
    .toSorted((a, b) => a.start - b.start)
}

const timing = /^((?:\d+:)?\d\d:\d\d\.\d{3})[ \t]+-->[ \t]+((?:\d+:)?\d\d:\d\d\.\d{3})/

function parseCue(block: string, seconds: number): readonly Cue[] {
  const lines = block.split('\n')
  const place = lines.findIndex((line) => timing.test(line))
  const [, from, to] = timing.exec(lines[place] ?? '') ?? []
  if (from === undefined || to === undefined) return []
  const text = lines.slice(place + 1).filter((line) => line.trim() !== '' && !line.includes('-->'))
  // In thousandths, as it will be written: what is read again is then the same.
  const end = Math.round(1000 * Math.min(parseTime(to), seconds)) / 1000
  const start = parseTime(from)
  return text.length === 0 || start >= end ? [] : [{ start, end, lines: text }]
}

function parseTime(text: string): number {
  return text.split(':').reduce((sum, part) => 60 * sum + Number(part), 0)
}
