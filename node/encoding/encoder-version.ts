import { tmpdir } from 'node:os'
import { MarketError } from '#market/errors.ts'
import type { Recipe } from '#protocol/recipe.ts'
import { recipes } from '#protocol/recipe.ts'
import type { Ffmpeg } from './ffmpeg-process.ts'

/** How encoders name their version in FFmpeg's log. */
const versions = {
  libx264: /x264 - (core \d+)/,
  libx265: /HEVC encoder version (\S+)/,
  'libvpx-vp9': /^\[libvpx-vp9[^\]]*\] v?(\d\S*)/m,
  libsvtav1: /SVT-AV1 Encoder Lib v?(\S+)/,
} as const satisfies Readonly<Record<(typeof recipes)[Recipe]['encoder'], RegExp>>

/**
 * Asks a recipe's encoder who it is by having it encode one small picture: a library may be replaced while FFmpeg stays
 * what it is. Rejects with `unsupported-here` where FFmpeg lacks it.
 */
export async function encoderVersion(
  ffmpeg: Ffmpeg,
  recipe: Recipe,
  signal: AbortSignal,
): Promise<string> {
  const { encoder } = recipes[recipe]
  const picture = ['-f', 'lavfi', '-i', 'color=c=gray:size=64x64:rate=25', '-frames:v', '1']
  const args = [...picture, '-c:v', encoder, '-f', 'null', '-']
  const { log } = await ffmpeg
    .run({ args, directory: tmpdir(), signal })
    .catch((error: unknown) => refuseEncoder(error, recipe, signal))
  const version = versions[encoder].exec(log.join('\n'))?.[1] ?? 'unknown'
  return `${encoder} ${version}`.slice(0, 80)
}

function refuseEncoder(cause: unknown, recipe: Recipe, signal: AbortSignal): never {
  signal.throwIfAborted()
  if (!(cause instanceof MarketError)) throw cause
  const { codec, encoder } = recipes[recipe]
  throw new MarketError(
    'unsupported-here',
    `This FFmpeg does not encode ${codec.toUpperCase()}: it was built without ${encoder}. Install your system's FFmpeg, or choose H.264.`,
    cause.meta,
    { cause },
  )
}
