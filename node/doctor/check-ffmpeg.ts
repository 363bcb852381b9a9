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
  { kind: 'filters', name: 'lut3d', without: 'HDR and wide-gamut video' },
  { kind: 'filters', name: 'premultiply', without: 'transparent video' },
] as const

/** FFmpeg 5.0 is of January 2022; what came before is worth replacing. */
const oldestGoodMajor = 5

/** Asks a program for its lists; FFmpeg and ffprobe answer alike. */
export type FfmpegLister = Pick<Ffprobe, 'run'>

/** Explains the FFmpeg that was found: where, which, whether its release is an old one, and what it lacks. */
export async function checkFfmpeg(
  binaries: FfmpegBinaries,
  ffmpeg: FfmpegLister,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly Finding[]> {
  const linesOf = (flag: string) => list(ffmpeg, flag, signal)
  const [encoders, filters] = await Promise.all([linesOf('-encoders'), linesOf('-filters')])
  const has = { encoders: namesIn(encoders), filters: namesIn(filters) }
  return [
    ok('ffmpeg', `${binaries.ffmpeg} (${binaries.origin}), ${binaries.version}`),
    ok('ffprobe', binaries.ffprobe),
    ok('x264', binaries.x264),
    releaseFinding(binaries),
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
  const { variable } = error.meta
  const fix = variable === undefined ? installCommand() : `correct or unset ${variable}`
  return fail('ffmpeg', error.message, fix)
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

/**
 * By the number of the release, where the version begins with one. The years in the banner are those of its copyright, which
 * every mending of an old release moves on.
 */
function releaseFinding({ version, warning }: FfmpegBinaries): Finding {
  if (warning !== null) return warn('release', warning, installCommand())
  const [, release, major] = /^n?((\d{1,3})\.\d+(?:\.\d+)*)/.exec(version) ?? []
  if (release === undefined) return ok('release', `${version} is no numbered release`)
  return Number(major) < oldestGoodMajor
    ? warn('release', `${release} is an old one: newer ones are faster`, installCommand())
    : ok('release', release)
}
