import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import { confinement, demuxerOf } from './containers.ts'
import type { Ffprobe } from './ffprobe.ts'
import type { ProbedStream, Ratio } from './probe-answer.ts'
import { ProbeAnswer, probeEntries } from './probe-answer.ts'

/** What a file's header says: enough to open it again in exactly the same way. */
export type SourceLayout = {
  /** Absolute, so that it can be read neither as an option nor as a protocol. */
  readonly path: string
  readonly demuxer: string
  readonly video: VideoLayout
  readonly audioStream: number | null
  /** By stream index. */
  readonly timeBases: ReadonlyMap<number, Ratio>
  /** Seconds the container claims for the longest of its streams. */
  readonly declaredSeconds: number | null
}

export type VideoLayout = {
  readonly index: number
  readonly codec: string
  /** Square pixels, rotation applied. */
  readonly width: number
  readonly height: number
  readonly storedPixels: number
  readonly timeBase: Ratio
  /** Zero of the job's clock, in units of the time base: when the first picture is shown. */
  readonly startPts: number
  readonly isInterlaced: boolean
  readonly colorSpace: string | null
  readonly colorTransfer: string | null
  /** Rates the header claims, the likelier first. */
  readonly claimedRates: readonly Ratio[]
  readonly declaredSeconds: number | null
}

/** Reads a file's header, for its first video or the one named. Rejects with `input-unreadable` or `input-no-video`; the file is opened by nothing but a known demuxer. */
export async function readLayout(
  ffprobe: Ffprobe,
  file: string,
  { videoStream, signal }: { readonly videoStream?: number; readonly signal: AbortSignal },
): Promise<SourceLayout> {
  const absolute = path.resolve(file)
  const { format, streams } = await probe(ffprobe, absolute, signal)
  const demuxer = demuxerOf(format.format_name)
  if (!demuxer)
    throw new MarketError(
      'input-unreadable',
      `Files of the kind ${format.format_name} are not taken.`,
    )
  const pictures = streams.filter(isMovingPicture)
  const video = pictures.find(({ index }) => index === (videoStream ?? index))
  if (!video) throw new MarketError('input-no-video', 'The file has no video in it.')
  return {
    path: absolute,
    demuxer,
    video: videoLayout(video, demuxer),
    audioStream: defaultSound(streams)?.index ?? null,
    timeBases: new Map(
      streams.flatMap(({ index, time_base }) => (time_base ? [[index, time_base]] : [])),
    ),
    declaredSeconds: format.duration,
  }
}

async function probe(ffprobe: Ffprobe, file: string, signal: AbortSignal): Promise<ProbeAnswer> {
  const lines: string[] = []
  const args = [...confinement(), '-show_entries', probeEntries, '-of', 'json', file]
  await ffprobe
    .run({ args, signal, onLine: (line) => lines.push(line) })
    .catch((cause: unknown) => {
      signal.throwIfAborted()
      if (!isJudgement(cause)) throw cause
      throw new MarketError('input-unreadable', unreadableBecause(cause), { file }, { cause })
    })
  const answer = ProbeAnswer.safeParse(JSON.parse(lines.join('\n')))
  if (answer.success) return answer.data
  throw new MarketError('input-unreadable', unreadableBecause(answer.error), { file })
}

/** A program that could not run, or crashed, has said nothing about the file. */
function isJudgement(error: unknown): error is MarketError {
  return error instanceof MarketError && 'exitCode' in error.meta
}

function unreadableBecause(error: unknown): string {
  const { log = '' } = isJudgement(error) ? error.meta : {}
  return /moov atom not found/.test(String(log))
    ? 'The file is not whole: the index that every MP4 or MOV needs is missing.'
    : 'The file is not a video that can be read, or it is damaged.'
}

/** A cover is a video stream to FFmpeg, and often the first. */
function isMovingPicture({ codec_type, disposition, width, height }: ProbedStream): boolean {
  if (codec_type !== 'video' || width === 0 || height === 0) return false
  return disposition.attached_pic === 0 && disposition.still_image === 0
}

function defaultSound(streams: readonly ProbedStream[]): ProbedStream | undefined {
  const sounds = streams.filter(
    ({ codec_type, channels }) => codec_type === 'audio' && channels > 0,
  )
  return sounds.find(({ disposition }) => disposition.default === 1) ?? sounds[0]
}

function videoLayout(stream: ProbedStream, demuxer: string): VideoLayout {
  if (stream.codec_name === null || stream.time_base === null)
    throw new MarketError('input-unreadable', 'The kind of its video is not known here.')
  return {
    index: stream.index,
    codec: stream.codec_name,
    ...shownSize(stream),
    storedPixels: stream.width * stream.height,
    timeBase: stream.time_base,
    startPts: (stream.start_pts ?? 0) + unseenDelay(stream, demuxer),
    isInterlaced: ['tt', 'bb', 'tb', 'bt'].includes(stream.field_order ?? ''),
    colorSpace: stream.color_space,
    colorTransfer: stream.color_transfer,
    claimedRates: [stream.r_frame_rate, stream.avg_frame_rate].filter((rate) => rate !== null),
    declaredSeconds: stream.duration,
  }
}

/** AVI counts the pictures as they are decoded; the first one is shown when those that reach past it are in. */
function unseenDelay({ has_b_frames }: ProbedStream, demuxer: string): number {
  return demuxer === 'avi' ? has_b_frames : 0
}

/** The aspect of the stored pixels is applied to the width, as players do; then the rotation. */
function shownSize(stream: ProbedStream): { readonly width: number; readonly height: number } {
  const { numerator, denominator } = stream.sample_aspect_ratio ?? { numerator: 1, denominator: 1 }
  const width = Math.max(1, Math.round((stream.width * numerator) / denominator))
  const turned = stream.side_data_list.find(({ rotation }) => rotation !== undefined)?.rotation
  const isUpright = Math.round((turned ?? stream.tags.rotate) / 90) % 2 === 0
  return isUpright ? { width, height: stream.height } : { width: stream.height, height: width }
}
