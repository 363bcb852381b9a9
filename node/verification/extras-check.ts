import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Fault } from '#protocol/attestation.ts'
import { canonicalJson } from '#protocol/canonical.ts'
import { gridSeconds } from '#protocol/grid.ts'
import type { Cid } from '#protocol/ids.ts'
import type { Manifest } from '#protocol/manifest.ts'
import { extrasShape, pictureBytesLimit, subtitlesLimitBytes } from '../encoding/extras-shape.ts'
import { cleanVtt } from '../encoding/vtt.ts'
import { unlessAtFault } from './blame.ts'
import { parse } from './foreign-bytes.ts'
import { judgeProbe } from './segment-check.ts'
import type { SegmentsCheck } from './segments-check.ts'

const invalid: readonly Fault[] = [{ code: 'extra-invalid' }]

/**
 * True for extras that are as many, as large and laid out as those of this tree have to be. A tree may also have none, and that
 * of a range has none: they are of the video as a whole.
 */
export function hasExtrasInShape(manifest: Manifest): boolean {
  const { poster, storyboard, subtitles = [], grid } = manifest
  if (grid.range) return !poster && !storyboard && !manifest.subtitles
  if ((poster === undefined) !== (storyboard === undefined)) return false
  const texts = subtitles.reduce((sum, { bytes }) => sum + bytes, 0)
  if (texts > subtitlesLimitBytes) return false
  if (!poster || !storyboard) return true
  const shape = extrasShape(manifest)
  const { sheets, ...layout } = storyboard
  return (
    poster.width === shape.poster.width &&
    poster.height === shape.poster.height &&
    poster.bytes <= pictureBytesLimit(shape.poster) &&
    canonicalJson(layout) === canonicalJson(shape.storyboard) &&
    sheets.length === shape.sheets &&
    sheets.every(({ bytes }) => bytes <= pictureBytesLimit(shape.sheet))
  )
}

/**
 * Holds extras to what they are said to be: pictures that decode and have their size, texts that are nothing but cues. They
 * help people to find their way; what is bought is in the segments.
 */
export async function checkExtras(
  check: SegmentsCheck,
  manifest: Manifest,
): Promise<readonly Fault[]> {
  const { poster, storyboard, subtitles = [], grid } = manifest
  const { sheet } = extrasShape(manifest)
  const pictures = [
    ...(poster ? [poster] : []),
    ...(storyboard?.sheets ?? []).map((file) => ({ ...file, ...sheet })),
  ]
  await using scratch = await check.workspaceOf(check.job).scratch('extras')
  for (const [index, picture] of pictures.entries()) {
    const bytes = await readWhole(check, picture)
    const file = join(scratch.path, `${index}.jpg`)
    if (!bytes) return invalid
    await writeFile(file, bytes)
    if (!(await isPicture(check, file, picture))) return invalid
  }
  for (const subtitle of subtitles) {
    const text = await readText(check, subtitle)
    if (text === null || cleanVtt(text, gridSeconds(grid)) !== text) return invalid
  }
  return []
}

type Named = { readonly cid: Cid; readonly bytes: number }
type Reading = Pick<SegmentsCheck, 'content' | 'signal'>

/** Null for a file that is not to be had, or has another size than was said. */
async function readWhole(
  { content, signal }: Reading,
  { cid, bytes: limitBytes }: Named,
): Promise<Uint8Array | null> {
  const bytes = await unlessAtFault(content.read(cid, { limitBytes, signal }))
  return bytes?.length === limitBytes ? bytes : null
}

/** Null for what is no text as well. */
export async function readText(check: Reading, file: Named): Promise<string | null> {
  const bytes = await readWhole(check, file)
  return bytes && parse(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes))
}

const Probed = z.object({
  streams: z.tuple([
    z.object({
      codec_name: z.literal('mjpeg'),
      width: z.int(),
      height: z.int(),
      nb_read_frames: z.literal('1'),
    }),
  ]),
})

/** True for one picture that decodes and has its size. A file that ends ffprobe by a signal is no proof against anybody. */
async function isPicture(
  { ffprobe, signal }: SegmentsCheck,
  file: string,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<boolean> {
  const lines: string[] = []
  const entries = 'stream=codec_name,width,height,nb_read_frames'
  const input = ['-protocol_whitelist', 'file', '-f', 'mjpeg', '-count_frames']
  const args = [...input, '-show_entries', entries, '-of', 'json', file]
  try {
    await ffprobe.run({ args, signal, onLine: (line) => lines.push(line) })
  } catch (error) {
    signal.throwIfAborted()
    return judgeProbe(error) === 'undecided'
  }
  const found = parse(() => Probed.parse(JSON.parse(lines.join('\n'))))
  const [stream] = found?.streams ?? []
  return stream?.width === width && stream.height === height
}
