import { MarketError } from '#market/errors.ts'
import type { FfmpegBinaries } from '../encoding/ffmpeg-binaries.ts'
import { installCommand } from '../encoding/ffmpeg-binaries.ts'
import type { Ffprobe } from '../encoding/ffprobe.ts'
import type { Finding } from './finding.ts'
import { fail, ok, warn } from './finding.ts'

/** What the recipe asks of FFmpeg, and what becomes of a job without it. */
const needed = [
  { kind: 'encoders', name: 'libx264', without: null },
  { kind: 'encoders', name: 'aac', without: null },
  { kind: 'filters', name: 'scale', without: null },
  { kind: 'filters', name: 'fps', without: null },
  { kind: 'filters', name: 'tpad', without: null },
  { kind: 'filters', name: 'bwdif', without: 'interlaced video' },
  { kind: 'filters', name: 'zscale', without: 'HDR video' },
  { kind: 'filters', name: 'tonemap', without: 'HDR video' },
] as const

/** Years after which a build is worth replacing. */
const oldYears = 4

/** Asks a program for its lists; FFmpeg and ffprobe answer alike. */
export type FfmpegLister = Pick<Ffprobe, 'run'>

/** Explains the FFmpeg that was found: where, which, how old, and what it lacks. */
export async function checkFfmpeg(
  binaries: FfmpegBinaries,
  ffmpeg: FfmpegLister,
  { signal, year }: { readonly signal: AbortSignal; readonly year: number },
): Promise<readonly Finding[]> {
  const linesOf = (flag: string) => list(ffmpeg, flag, signal)
  const [version, encoders, filters] = await Promise.all([
    linesOf('-version'),
    linesOf('-encoders'),
    linesOf('-filters'),
  ])
  const has = { encoders: namesIn(encoders), filters: namesIn(filters) }
  return [
    ok('ffmpeg', `${binaries.ffmpeg} (${binaries.origin}), ${binaries.version}`),
    ok('ffprobe', binaries.ffprobe),
    ok('x264', binaries.x264),
    ageFinding(version[0] ?? '', { year, warning: binaries.warning }),
    ...needed.map(({ kind, name, without }) => {
      const what = `${kind.slice(0, -1)} ${name}`
      if (has[kind].has(name)) return ok(what, 'present')
      if (without === null) return fail(what, 'missing: nothing can be encoded', installCommand())
      return warn(what, `missing: ${without} cannot be encoded`, installCommand())
    }),
  ]
}

/** What to tell when there is no FFmpeg to ask. */
export function missingFfmpeg(error: unknown): Finding {
  if (!(error instanceof MarketError)) throw error
  return fail('ffmpeg', error.message, installCommand())
}

async function list(
  ffmpeg: FfmpegLister,
  flag: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const lines: string[] = []
  await ffmpeg.run({ args: [flag], signal, onLine: (line) => lines.push(line) })
  return lines
}

/** The second word of each line: ` V....D libx264   libx264 H.264 …`, ` TSC scale   V->V …`. */
function namesIn(lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.map((line) => line.trim().split(/\s+/)[1] ?? ''))
}

/** The first line says until when its authors wrote: `… Copyright (c) 2000-2024 the FFmpeg developers`. */
function ageFinding(
  banner: string,
  { year, warning }: { readonly year: number; readonly warning: string | null },
): Finding {
  const [, written] = /-(\d{4}) the FFmpeg developers/.exec(banner) ?? []
  if (written === undefined) return warn('age', 'the build does not say how old it is', null)
  const age = year - Number(written)
  const text = age <= 0 ? 'this year’s' : `of ${written}, ${age} years old`
  if (warning !== null) return warn('age', warning, installCommand())
  return age > oldYears
    ? warn('age', `${text}: newer ones are faster`, installCommand())
    : ok('age', text)
}
