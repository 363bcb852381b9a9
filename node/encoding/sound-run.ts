import { MarketError } from '#market/errors.ts'
import type { AudioEncode } from './audio-arguments.ts'
import { evenSoundArguments, evenSoundLayout } from './audio-arguments.ts'
import type { Ffmpeg, FfmpegRun } from './ffmpeg-process.ts'

/** What FFmpeg says of a sound whose channels or rate become others in mid-stream. */
const changingSound = /Changing (audio )?frame properties on the fly/

/** What a process is to make of a sound. */
export type SoundWork = {
  readonly encode: AudioEncode
  readonly argumentsOf: (encode: AudioEncode) => readonly string[]
}

/** One process, or two where the sound has to be evened out first. Rejects with `ffmpeg-failed`. */
export async function runOnSound(
  ffmpeg: Ffmpeg,
  { encode, argumentsOf }: SoundWork,
  run: Omit<FfmpegRun, 'args'>,
): Promise<void> {
  try {
    await ffmpeg.run({ ...run, args: argumentsOf(encode) })
  } catch (error) {
    if (!isChangingSound(error)) throw error
    const { directory, signal } = run
    await ffmpeg.run({ directory, signal, args: evenSoundArguments(encode) })
    const layout = evenSoundLayout(encode.layout, directory)
    await ffmpeg.run({ ...run, args: argumentsOf({ ...encode, layout, audioStream: 0 }) })
  }
}

function isChangingSound(error: unknown): boolean {
  const { log = '' } = error instanceof MarketError ? error.meta : {}
  return changingSound.test(String(log))
}
