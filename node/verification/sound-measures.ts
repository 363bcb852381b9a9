import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { MeasureDeps, MeasureOptions } from './picture-measures.ts'
import type { SoundComparison } from './sound-arguments.ts'
import { soundArguments, soundFiles } from './sound-arguments.ts'
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

/** Little-endian, as they were written, on any machine. */
function samplesOf(bytes: Buffer): Int16Array {
  return Int16Array.from({ length: Math.floor(bytes.length / 2) }, (_, at) =>
    bytes.readInt16LE(2 * at),
  )
}
