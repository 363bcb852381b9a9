import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isWithinProfile } from '#market/domain/copied-rendition.ts'
import type { Fault } from '#protocol/attestation.ts'
import type { FrameGrid } from '#protocol/grid.ts'
import { segmentStart } from '#protocol/grid.ts'
import { aacFrameSamples } from '#protocol/ladder.ts'
import type { RenditionRecord, SegmentRecord } from '#protocol/manifest.ts'
import { countAdtsFrames } from '../encoding/adts.ts'
import { codecString } from '../encoding/codec-string.ts'
import type { Ffprobe } from '../encoding/ffprobe.ts'
import { hasFramesInPlace } from '../encoding/frames-in-place.ts'
import { elementaryStream } from '../encoding/transport-stream.ts'

export type SegmentInHand = {
  readonly index: number
  readonly record: SegmentRecord
  readonly bytes: Uint8Array
}

/**
 * A video segment must be exactly what its place asks for: its frames in number and time, a key frame first, so that renditions
 * line up and switch, and pictures of the rendition's size, profile and level. Resolves to what is wrong, or null.
 */
export async function checkVideoSegment(
  { index, record, bytes }: SegmentInHand,
  rendition: RenditionRecord,
  grid: FrameGrid,
  {
    isCopied,
    ffprobe,
    directory,
    signal,
  }: {
    readonly isCopied: boolean
    readonly ffprobe: Ffprobe
    readonly directory: string
    readonly signal: AbortSignal
  },
): Promise<Fault | null> {
  const fault: Fault = { code: 'segment-invalid', rendition: rendition.name, segment: index }
  const place = { first: segmentStart(grid, index), frames: record.units, rate: grid.rate }
  if (!parse(() => hasFramesInPlace(bytes, place))) return fault
  const file = join(directory, `${rendition.name}-${index}.ts`)
  await writeFile(file, bytes)
  const stream = await probe(file, ffprobe, signal)
  if (!stream || codecs(bytes) !== rendition.codecs) return fault
  return isOf(stream, rendition) && isMadeAs(stream, rendition, isCopied) ? null : fault
}

/** An audio segment must hold the AAC frames that its place asks for. */
export function checkAudioSegment({ index, record, bytes }: SegmentInHand): Fault | null {
  const isWhole = countAudio(bytes) === record.units / aacFrameSamples
  return isWhole ? null : { code: 'segment-invalid', rendition: 'audio', segment: index }
}

const Probed = z.object({
  packets: z.array(z.object({ flags: z.string() })),
  streams: z.tuple([
    z.object({
      codec_name: z.literal('h264'),
      profile: z.string(),
      level: z.int(),
      width: z.int(),
      height: z.int(),
      pix_fmt: z.string(),
      sample_aspect_ratio: z.string().optional(),
    }),
  ]),
})
type Probed = z.infer<typeof Probed>

async function probe(file: string, ffprobe: Ffprobe, signal: AbortSignal): Promise<Probed | null> {
  const lines: string[] = []
  const entries =
    'packet=flags:stream=codec_name,profile,level,width,height,pix_fmt,sample_aspect_ratio'
  const args = [
    '-protocol_whitelist',
    'file',
    '-f',
    'mpegts',
    '-show_entries',
    entries,
    '-of',
    'json',
    file,
  ]
  try {
    await ffprobe.run({ args, signal, onLine: (line) => lines.push(line) })
  } catch {
    signal.throwIfAborted()
    return null
  }
  return parse(() => Probed.parse(JSON.parse(lines.join('\n'))))
}

function isOf({ packets, streams: [stream] }: Probed, rendition: RenditionRecord): boolean {
  const isSquare = stream.sample_aspect_ratio === undefined || stream.sample_aspect_ratio === '1:1'
  return (
    (packets[0]?.flags.startsWith('K') ?? false) &&
    stream.width === rendition.width &&
    stream.height === rendition.height &&
    stream.pix_fmt === 'yuv420p' &&
    isSquare
  )
}

/** What is encoded has just the profile and level asked for; what is copied asks no more of a player. */
function isMadeAs(
  { streams: [{ profile, level }] }: Probed,
  rendition: RenditionRecord,
  isCopied: boolean,
): boolean {
  const asked = Math.round(Number(rendition.level) * 10)
  if (!isCopied) return profile.toLowerCase() === rendition.profile && level === asked
  return isWithinProfile(profile, rendition.profile) && level <= asked
}

function codecs(bytes: Uint8Array): string | null {
  return parse(() => codecString(bytes))
}

function countAudio(bytes: Uint8Array): number | null {
  return parse(() => countAdtsFrames(elementaryStream(bytes)))
}

/** Foreign bytes: whatever they make a parser throw is one answer. */
function parse<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
