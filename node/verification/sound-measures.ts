import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { AudioEncode } from '../encoding/audio-arguments.ts'
import { runOnSound } from '../encoding/sound-run.ts'
import type { KeptSound } from './kept-sound.ts'
import { keptSound } from './kept-sound.ts'
import type { MeasureDeps, MeasureOptions } from './picture-measures.ts'
import type { SoundComparison } from './sound-arguments.ts'
import { soundArguments, soundFiles, sourceArguments } from './sound-arguments.ts'
import type { SoundFigures } from './sound-figures.ts'
import { soundFigures } from './sound-figures.ts'

/** Measures a delivered segment of the sound against the verifier's own. Rejects with `ffmpeg-failed` when FFmpeg cannot do it. */
export async function measureSound(
  { ffmpeg }: MeasureDeps,
  comparison: SoundComparison,
  { directory, signal }: MeasureOptions,
): Promise<SoundFigures> {
  await ffmpeg.run({ args: soundArguments(comparison), directory, signal })
  const samples = async (name: string) => samplesOf(await readFile(path.join(directory, name)))
  return soundFigures(await samples(soundFiles.delivered), await samples(soundFiles.reference))
}

/**
 * How much of the source a segment has kept that was measured just before in the same directory, and how much the verifier's own
 * has. Rejects with `ffmpeg-failed`.
 */
export async function measureKept(
  { ffmpeg }: MeasureDeps,
  { encode, segment }: { readonly encode: AudioEncode; readonly segment: number },
  { directory, signal }: MeasureOptions,
): Promise<{ readonly delivered: KeptSound; readonly own: KeptSound }> {
  const argumentsOf = (sound: AudioEncode) => sourceArguments(sound, segment)
  await runOnSound(ffmpeg, { encode, argumentsOf }, { directory, signal })
  const samples = async (name: string) => samplesOf(await readFile(path.join(directory, name)))
  const source = await samples(soundFiles.source)
  return {
    delivered: keptSound(await samples(soundFiles.delivered), source),
    own: keptSound(await samples(soundFiles.reference), source),
  }
}

/** Little-endian, as they were written, on any machine. */
function samplesOf(bytes: Buffer): Int16Array {
  return Int16Array.from({ length: Math.floor(bytes.length / 2) }, (_, at) =>
    bytes.readInt16LE(2 * at),
  )
}
