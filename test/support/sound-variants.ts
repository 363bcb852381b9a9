import { mkdtemp, readdir } from 'node:fs/promises'
import path from 'node:path'
import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import { audioArguments } from '#node/encoding/audio-arguments.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { createLayoutReader } from '#node/encoding/layout-reader.ts'
import { makeFolder, untroubled } from './ffmpeg.ts'

/** One way of making a tree's sound, honest or not. */
export type SoundVariant = {
  readonly name: string
  readonly isHonest: boolean
  /** Filters on the sound as it would be encoded. */
  readonly filter?: string
  /** Options of the encoder, after those of the recipe. */
  readonly encoder?: readonly string[]
  readonly isShipped?: boolean
}

export const soundVariants: readonly SoundVariant[] = [
  { name: 'AAC of 2018', isHonest: true, isShipped: true },
  { name: 'AAC, fast coder', isHonest: true, encoder: ['-aac_coder', 'fast'] },
  { name: 'AAC, 160 kb/s', isHonest: true, encoder: ['-b:a', '160k'] },
  { name: 'AAC, 112 kb/s', isHonest: true, encoder: ['-b:a', '112k'] },
  { name: 'AAC, no intensity stereo', isHonest: true, encoder: ['-aac_is', '0', '-aac_pns', '0'] },
  { name: 'a decibel louder', isHonest: true, filter: 'volume=1dB' },
  { name: 'silenced', isHonest: false, filter: 'volume=0' },
  {
    name: 'silenced in between',
    isHonest: false,
    filter: "volume=0:enable='between(mod(t,0.5),0.1,0.3)'",
  },
  { name: 'late by 40 ms', isHonest: false, filter: 'adelay=40|40' },
  { name: 'late by 200 ms', isHonest: false, filter: 'adelay=200|200' },
  { name: 'replaced by a tone', isHonest: false, filter: "aeval='0.3*sin(880*t)|0.3*sin(880*t)'" },
  {
    name: 'replaced by noise',
    isHonest: false,
    filter: "aeval='0.3*(random(0)-0.5)|0.3*(random(0)-0.5)'",
  },
  {
    name: 'replaced in between',
    isHonest: false,
    filter:
      "aeval='if(between(mod(t,0.5),0.1,0.3),0.3*sin(880*t),val(0))|if(between(mod(t,0.5),0.1,0.3),0.3*sin(880*t),val(1))':c=same",
  },
  { name: 'one channel silenced', isHonest: false, filter: 'pan=stereo|c0=c0|c1=0*c1' },
  { name: 'six decibels fainter', isHonest: false, filter: 'volume=-6dB' },
  { name: 'starved to 16 kb/s', isHonest: false, encoder: ['-b:a', '16k'] },
]

/** Makes the whole sound in a variant's way; resolves to its segments' files in order. */
export async function makeSound(
  tools: FfmpegTools,
  { terms, source }: EncodeRequest,
  { filter, encoder = [] }: SoundVariant,
): Promise<readonly string[]> {
  const { audioStream, videoStream } = terms.source
  if (audioStream === undefined) throw new RangeError('a silent source has no sound to make')
  const layout = await createLayoutReader(tools)({ source, videoStream }, untroubled)
  const directory = await mkdtemp(path.join(await makeFolder(), 'sound-'))
  const usual = audioArguments({ layout, audioStream, grid: terms.grid })
  const graph = usual.indexOf('-filter_complex') + 1
  const rate = usual.indexOf('-b:a')
  const args = usual.with(
    graph,
    (usual[graph] ?? '').replace(
      '[sound]',
      `${filter ? `,${filter},aformat=channel_layouts=stereo` : ''}[sound]`,
    ),
  )
  args.splice(rate + 2, 0, ...encoder)
  await tools.ffmpeg.run({ args, directory, signal: untroubled })
  const files = (await readdir(directory)).filter((file) => file.endsWith('.ts'))
  return files.toSorted().map((file) => path.join(directory, file))
}
