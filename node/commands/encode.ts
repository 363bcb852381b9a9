import { availableParallelism } from 'node:os'
import { Command } from 'commander'
import { z } from 'zod'
import { Rendition } from '#protocol/ladder.ts'
import type { Codec } from '#protocol/recipe.ts'
import type { HardwareChoice } from '../encoding/hardware/hardware-choice.ts'
import { codecOption, hardwareOption, parsedBy } from './options.ts'

export type EncodeFlags = {
  readonly out?: string
  readonly qualities?: readonly string[]
  readonly codec: Codec
  readonly workers: number
  readonly hardware: HardwareChoice
  readonly data?: string
  readonly extras: boolean
  readonly json?: true
}

const Qualities = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.array(Rendition.shape.name).min(1))

const details = `
The folder holds a whole HLS tree: master.m3u8, master.cid.m3u8 (every reference a content id) and manifest.json.
It can be watched while it grows. Stopped or killed, run it again: only what is missing is encoded.

H.265, VP9 and AV1 take less room for the same pictures, more time, and come as fragmented MP4; nothing is copied and no
device used for them. Of H.264, a rendition that the video itself already is gets copied, not encoded. With --hardware off the same file gives the same
bytes on every machine of this FFmpeg; hardware's pieces are its own, and manifest.json says which they are.`

/** `spk-encoder encode`: a file into an HLS tree on this machine, without any market. */
export function createEncodeCommand(): Command {
  return new Command('encode')
    .description('Encode a video into an HLS tree on this machine.')
    .argument('<file>', 'video to encode')
    .option(
      '--out <dir>',
      "folder of the tree (default: beside the file, named after it with '-hls')",
    )
    .option(
      '--qualities <names>',
      'renditions to encode, like 1080p,720p (default: all that the video has)',
      parsedBy(Qualities),
    )
    .addOption(codecOption('what the pictures are encoded in; every player knows h264'))
    .option(
      '--workers <count>',
      'parts encoded side by side',
      parsedBy(z.coerce.number().int().min(1).max(256)),
      availableParallelism(),
    )
    .addOption(hardwareOption())
    .option('--data <dir>', 'where it is noted what has been encoded on this machine')
    .option('--no-extras', 'leave out poster, storyboard and subtitles')
    .option('--json', 'print one JSON object a line; the last is the result or the error')
    .addHelpText('after', details)
    .action(async (file: string, flags: EncodeFlags) =>
      (await import('./run-encode.ts')).runEncode(file, flags),
    )
}
