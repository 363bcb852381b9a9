import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { isWithinProfile } from '#market/domain/copied-rendition.ts'
import { MarketError } from '#market/errors.ts'
import type { Fault } from '#protocol/attestation.ts'
import type { FrameGrid } from '#protocol/grid.ts'
import { segmentStart } from '#protocol/grid.ts'
import type { RenditionRecord, SegmentRecord } from '#protocol/manifest.ts'
import type { Recipe } from '#protocol/recipe.ts'
import { recipes } from '#protocol/recipe.ts'
import type { Ffprobe } from '../encoding/ffprobe.ts'
import { firstSample } from '../encoding/fmp4/fragment.ts'
import { hasFragmentInPlace } from '../encoding/fmp4/fragment-place.ts'
import type { StreamTerms } from '../encoding/fmp4/stream-terms.ts'
import { hasSinglePictures, streamTerms } from '../encoding/fmp4/video-stream.ts'
import { hasFramesInPlace } from '../encoding/frames-in-place.ts'
import { streamName } from '../encoding/stream-name.ts'
import { hasOnlyItsStream, parse } from './foreign-bytes.ts'
import { segmentDemuxer } from './picture-arguments.ts'

export type SegmentInHand = {
  readonly index: number
  readonly record: SegmentRecord
  readonly bytes: Uint8Array
}

/** What a look at a segment found: a fault, nothing, or that the tools of this machine could not tell. */
export type Finding = Fault | 'undecided' | null

/**
 * A video segment must be exactly what its place asks for: its frames in number and time, a key frame first, so that renditions
 * line up and switch, pictures of the rendition's size, profile and level, and no stream besides. Rejects where this machine
 * cannot look at it; a segment that ends ffprobe by a signal is no proof against anybody, and left undecided.
 */
export async function checkVideoSegment(
  { index, record, bytes }: SegmentInHand,
  rendition: RenditionRecord,
  grid: FrameGrid,
  {
    isCopied,
    recipe,
    init,
    ffprobe,
    directory,
    signal,
  }: {
    readonly isCopied: boolean
    readonly recipe: Recipe
    /** What the segment needs first; null for a transport stream. */
    readonly init: Uint8Array | null
    readonly ffprobe: Ffprobe
    readonly directory: string
    readonly signal: AbortSignal
  },
): Promise<Finding> {
  const fault: Fault = { code: 'segment-invalid', rendition: rendition.name, segment: index }
  const place = { first: segmentStart(grid, index), frames: record.units, rate: grid.rate }
  const isInPlace = init
    ? parse(() => hasFragmentInPlace(bytes, place, index) && hasSinglePictures(recipe, bytes))
    : hasOnlyItsStream(bytes) && parse(() => hasFramesInPlace(bytes, place))
  if (!isInPlace) return fault
  const file = join(directory, `${rendition.name}-${index}.${init ? 'mp4' : 'ts'}`)
  await writeFile(file, init ? Buffer.concat([init, bytes]) : bytes)
  const stream = await probeTwice(file, ffprobe, signal)
  if (stream === 'undecided') return stream
  if (!stream || parse(() => streamName(recipe, bytes, init)) !== rendition.codecs) return fault
  if (stream.packets.length !== record.units || !isOf(stream, rendition, recipe)) return fault
  const isMade = init
    ? parse(() => isMadeBy(streamTerms(recipe, init, firstSample(bytes)), rendition))
    : isMadeAs(stream, rendition, isCopied)
  return isMade ? null : fault
}

const Probed = z.object({
  packets: z.array(z.object({ flags: z.string() })),
  streams: z.tuple([
    z.object({
      codec_name: z.string(),
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

type Probing = Probed | 'undecided' | null

/** What looked wrong is looked at again: a machine in trouble may fail once. */
async function probeTwice(file: string, ffprobe: Ffprobe, signal: AbortSignal): Promise<Probing> {
  const first = await probe(file, ffprobe, signal)
  return typeof first === 'object' && first !== null ? first : await probe(file, ffprobe, signal)
}

async function probe(file: string, ffprobe: Ffprobe, signal: AbortSignal): Promise<Probing> {
  const lines: string[] = []
  const entries =
    'packet=flags:stream=codec_name,profile,level,width,height,pix_fmt,sample_aspect_ratio'
  const input = ['-protocol_whitelist', 'file', '-f', segmentDemuxer(file)]
  const args = [...input, '-show_entries', entries, '-of', 'json', file]
  try {
    await ffprobe.run({ args, signal, onLine: (line) => lines.push(line) })
  } catch (error) {
    signal.throwIfAborted()
    return judgeProbe(error)
  }
  return parse(() => Probed.parse(JSON.parse(lines.join('\n'))))
}

/** What the system answers when a program cannot be started. */
const notStarted: readonly unknown[] = [126, 127]

/** What a failed ffprobe says of a file: only an exit code of its own is its word about it. Throws where it could not be run. */
export function judgeProbe(error: unknown): 'undecided' | null {
  if (!(error instanceof MarketError)) throw error
  const { exitCode, exitSignal } = error.meta
  if (exitSignal !== undefined) return 'undecided'
  if (exitCode === undefined || notStarted.includes(exitCode)) throw error
  return null
}

function isOf(
  { packets, streams: [stream] }: Probed,
  rendition: RenditionRecord,
  recipe: Recipe,
): boolean {
  const isSquare = stream.sample_aspect_ratio === undefined || stream.sample_aspect_ratio === '1:1'
  return (
    (packets[0]?.flags.startsWith('K') ?? false) &&
    stream.codec_name === recipes[recipe].decodedAs &&
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

/** The headers of a fragment's own stream: the rendition's pictures, in the main profile, asking no more of a player than its level. */
function isMadeBy({ isMain, level, width, height }: StreamTerms, rendition: RenditionRecord) {
  const isOfSize = width === rendition.width && height === rendition.height
  return isMain && isOfSize && level <= Number(rendition.level)
}
