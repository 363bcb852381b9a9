import { access, constants } from 'node:fs/promises'
import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { FfmpegBuild } from './ffmpeg-build.ts'
import { identifyBuild } from './ffmpeg-build.ts'
import { createFfmpeg } from './ffmpeg-process.ts'
import type { ProcessGuard } from './process-guard.ts'

/** Where FFmpeg was found: named by the user, installed on the machine, or shipped by npm. */
type FfmpegOrigin = 'named' | 'installed' | 'shipped'

export type FfmpegBinaries = FfmpegBuild & {
  readonly ffmpeg: string
  readonly ffprobe: string
  readonly origin: FfmpegOrigin
  /** What the user should know of this choice. */
  readonly warning: string | null
}

export type FfmpegSearch = {
  /** `FFMPEG_PATH` and `FFPROBE_PATH`. */
  readonly ffmpegPath?: string | undefined
  readonly ffprobePath?: string | undefined
  /** `PATH`. */
  readonly searchPath: string
  readonly signal: AbortSignal
}

type Found = { readonly file: string; readonly origin: FfmpegOrigin }

/** Ample for one picture of 16 pixels, on any machine. */
const identifyStallMs = 30_000

/**
 * Finds FFmpeg and says which build it is. Rejects with `ffmpeg-missing`, whose message is what to do about it:
 * a path that the user named and that leads nowhere is never replaced by another.
 */
export async function findFfmpeg(
  { guard }: { readonly guard: ProcessGuard },
  search: FfmpegSearch,
): Promise<FfmpegBinaries> {
  const ffmpeg = await locate('ffmpeg', search.ffmpegPath, [search.searchPath])
  const beside = path.dirname(ffmpeg.file)
  const ffprobe = await locate('ffprobe', search.ffprobePath, [beside, search.searchPath])
  const runner = createFfmpeg({ guard }, { path: ffmpeg.file, stallMs: identifyStallMs })
  const build = await identifyBuild(runner, search.signal).catch((error: unknown) => {
    throw withPlace(error, ffmpeg)
  })
  return {
    ...build,
    ffmpeg: ffmpeg.file,
    ffprobe: ffprobe.file,
    origin: ffmpeg.origin,
    warning: ffmpeg.origin === 'shipped' ? shippedWarning(build) : null,
  }
}

async function locate(
  name: 'ffmpeg' | 'ffprobe',
  named: string | undefined,
  searchPaths: readonly string[],
): Promise<Found> {
  if (named !== undefined) {
    if (await isExecutable(named)) return { file: path.resolve(named), origin: 'named' }
    const variable = variables[name]
    const message = `There is no program at ${named}, which ${variable} names; correct or unset ${variable}.`
    throw new MarketError('ffmpeg-missing', message, { path: named, variable })
  }
  const folders = searchPaths.flatMap((paths) => paths.split(path.delimiter)).filter(Boolean)
  const suffix = process.platform === 'win32' ? '.exe' : ''
  for (const folder of folders) {
    const file = path.resolve(folder, `${name}${suffix}`)
    if (await isExecutable(file)) return { file, origin: 'installed' }
  }
  const shipped = await shippedBinary(name)
  if (shipped !== null && (await isExecutable(shipped))) return { file: shipped, origin: 'shipped' }
  throw new MarketError(
    'ffmpeg-missing',
    `FFmpeg is not installed. Install it: ${installCommand()}`,
  )
}

/** Where users name the programs that they want. */
export const variables = { ffmpeg: 'FFMPEG_PATH', ffprobe: 'FFPROBE_PATH' } as const

/** Which program it was. Whoever named it mends that name: installing another mends nothing. */
function withPlace(error: unknown, { file, origin }: Found): unknown {
  if (!(error instanceof MarketError) || error.code !== 'ffmpeg-missing') return error
  const { code, message, meta } = error
  if (origin !== 'named')
    return new MarketError(code, `${message} It is ${file}.`, meta, { cause: error })
  const variable = variables.ffmpeg
  const text = `${message} ${variable} names ${file}; correct or unset it.`
  return new MarketError(code, text, { ...meta, variable }, { cause: error })
}

/** The packages are optional, and refuse to load where they have no binary. */
async function shippedBinary(name: 'ffmpeg' | 'ffprobe'): Promise<string | null> {
  try {
    const loaded =
      name === 'ffmpeg'
        ? await import('@ffmpeg-installer/ffmpeg')
        : await import('@ffprobe-installer/ffprobe')
    return loaded.default.path
  } catch {
    return null
  }
}

function shippedWarning({ version }: FfmpegBuild): string {
  return `FFmpeg comes from npm and is old (${version}): it is slower, and few encoders can be compared with it. Install a current one: ${installCommand()}`
}

/** What installs a current FFmpeg on this system. */
export function installCommand(): string {
  if (process.platform === 'darwin') return 'brew install ffmpeg'
  if (process.platform === 'win32') return 'winget install ffmpeg'
  return 'sudo apt-get install ffmpeg'
}

async function isExecutable(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}
