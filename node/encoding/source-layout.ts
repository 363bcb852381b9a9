import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import { confinement, demuxerOf } from './containers.ts'
import type { Ffprobe } from './ffprobe.ts'
import type { ProbedStream, Ratio } from './probe-answer.ts'
import { ProbeAnswer, probeEntries } from './probe-answer.ts'
import type { VideoLayout } from './video-layout.ts'
import { videoLayout } from './video-layout.ts'
import { isWindow } from './window-address.ts'

/** What a file's header says: enough to open it again in exactly the same way. */
export type SourceLayout = {
  /** Absolute, so that it can be read neither as an option nor as a protocol; or a window of this node's own. */
  readonly path: string
  readonly demuxer: string
  readonly video: VideoLayout
  /** The sound to encode; null for a silent source. */
  readonly audioStream: number | null
  readonly sounds: readonly SoundLayout[]
  readonly subtitles: readonly SubtitleLayout[]
  /** By stream index. */
  readonly timeBases: ReadonlyMap<number, Ratio>
  /** Seconds the container claims for the longest of its streams. */
  readonly declaredSeconds: number | null
}

export type SoundLayout = {
  readonly index: number
  readonly codec: string
  readonly profile: string | null
  readonly channels: number
  /** By FFmpeg's name, `5.1(side)`; null where the channels are only counted. */
  readonly channelLayout: string | null
  readonly sampleRate: number
  readonly language: string | null
  /** Seconds after the first picture; negative where the sound comes first. */
  readonly delaySeconds: number
}

type SubtitleLayout = {
  readonly index: number
  readonly codec: string
  readonly language: string | null
}

/** Streams above which a file is refused: every one costs memory in every process that opens it. */
const mostStreams = 64

/**
 * Reads a file's header, for its first video or the one named. Rejects with `input-unreadable`, `input-no-video` or
 * `input-too-large`; the file is opened by nothing but a known demuxer.
 */
export async function readLayout(
  ffprobe: Ffprobe,
  file: string,
  { videoStream, signal }: { readonly videoStream?: number; readonly signal: AbortSignal },
): Promise<SourceLayout> {
  const absolute = isWindow(file) ? file : path.resolve(file)
  const { format, streams } = await probe(ffprobe, absolute, signal)
  const demuxer = demuxerOf(format.format_name)
  if (!demuxer)
    throw new MarketError(
      'input-unreadable',
      `Files of the kind ${format.format_name} are not taken.`,
    )
  refuseManyStreams(streams)
  const pictures = streams.filter(isMovingPicture)
  const stream = pictures.find(({ index }) => index === (videoStream ?? index))
  if (!stream) throw new MarketError('input-no-video', 'The file has no video in it.')
  const sounds = streams.filter(isSound)
  return {
    path: absolute,
    demuxer,
    video: videoLayout(stream, demuxer),
    audioStream: defaultSound(sounds)?.index ?? null,
    sounds: sounds.map((sound) => soundLayout(sound, stream)),
    subtitles: streams
      .filter(({ codec_type }) => codec_type === 'subtitle')
      .map(({ index, codec_name, tags }) => ({
        index,
        codec: codec_name ?? 'unknown',
        language: tags.language,
      })),
    timeBases: new Map(
      streams.flatMap(({ index, time_base }) => (time_base ? [[index, time_base]] : [])),
    ),
    declaredSeconds: format.duration,
  }
}

async function probe(ffprobe: Ffprobe, file: string, signal: AbortSignal): Promise<ProbeAnswer> {
  const lines: string[] = []
  const args = [...confinement(file), '-show_entries', probeEntries, '-of', 'json', file]
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

function refuseManyStreams({ length }: readonly ProbedStream[]): void {
  if (length <= mostStreams) return
  throw new MarketError(
    'input-too-large',
    `The file holds ${length} streams, where ${mostStreams} are taken.`,
    { streams: length, limit: mostStreams },
  )
}

/** A cover is a video stream to FFmpeg, and often the first. */
function isMovingPicture({ codec_type, disposition, width, height }: ProbedStream): boolean {
  if (codec_type !== 'video' || width === 0 || height === 0) return false
  return disposition.attached_pic === 0 && disposition.still_image === 0
}

function isSound({ codec_type, codec_name, channels }: ProbedStream): boolean {
  return codec_type === 'audio' && codec_name !== null && channels > 0
}

function defaultSound(sounds: readonly ProbedStream[]): ProbedStream | undefined {
  return sounds.find(({ disposition }) => disposition.default === 1) ?? sounds[0]
}

function soundLayout(sound: ProbedStream, video: ProbedStream): SoundLayout {
  return {
    index: sound.index,
    codec: sound.codec_name ?? 'unknown',
    profile: sound.profile,
    channels: sound.channels,
    channelLayout: sound.channel_layout,
    sampleRate: sound.sample_rate,
    language: sound.tags.language,
    delaySeconds: (sound.start_time ?? 0) - (video.start_time ?? 0),
  }
}
