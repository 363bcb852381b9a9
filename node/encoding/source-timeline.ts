import type { FrameRate } from '#protocol/grid.ts'
import { confinement } from './containers.ts'
import type { Ffprobe } from './ffprobe.ts'
import { createRateMeter } from './frame-rate.ts'
import type { KeyPictures } from './key-pictures.ts'
import { createKeyPictures } from './key-pictures.ts'
import type { PacketLine } from './packet-line.ts'
import { packetEntries, parsePacketLine, tickSeconds } from './packet-line.ts'
import type { SourceLayout } from './source-layout.ts'
import type { VideoLayout } from './video-layout.ts'

/** What one pass over a file's packets tells; all seconds count from the job's zero. */
export type SourceTimeline = KeyPictures & {
  readonly rate: FrameRate
  /** Whether pictures keep to no constant rate: they are placed on the grid of `rate` all the same. */
  readonly isVariable: boolean
  readonly pictures: number
  /** Pictures shown in each whole second. */
  readonly picturesPerSecond: readonly number[]
  /** Bytes of video in each whole second. */
  readonly bytesPerSecond: readonly number[]
  /** When the last picture begins and ends. */
  readonly lastStartSeconds: number
  readonly endSeconds: number
  /** From the first to the last moment of any stream. */
  readonly fileSeconds: number
  /** The longest time one picture stands, and whether time ever ran backwards. */
  readonly longestHoldSeconds: number
  readonly runsBackwards: boolean
}

/** Pictures are stored in the order of decoding; none is shown more than this many places away from where it stands. */
const reorderDepth = 64

/** Pictures later than eleven days are counted as one second's: a forged time must not size an array. */
const lastCountedSecond = 1_000_000

export type TimelineOptions = {
  readonly signal: AbortSignal
  /** Told the bytes of all packets so far, after each. */
  readonly onRead?: ((bytes: number) => void) | undefined
}

/** Reads every packet's times, once, in a stream: the memory needed does not grow with the file but by one number a second. */
export async function readTimeline(
  ffprobe: Ffprobe,
  { path, demuxer, video, timeBases }: SourceLayout,
  { signal, onRead }: TimelineOptions,
): Promise<SourceTimeline> {
  const timeline = createTimeline(video)
  const extent = createExtent(timeBases)
  let bytes = 0
  await ffprobe.run({
    args: [...confinement(path, [demuxer]), ...packetEntries, path],
    signal,
    onLine: (line) => {
      const packet = parsePacketLine(line)
      if (!packet) return
      bytes += packet.bytes
      onRead?.(bytes)
      if (packet.isHidden) return
      extent.add(packet)
      if (packet.stream === video.index) timeline.add(packet)
    },
  })
  return { ...timeline.finish(), fileSeconds: extent.seconds() }
}

/** Builds the timeline of one video stream from its packets in the order of the file. */
export function createTimeline(
  video: Pick<VideoLayout, 'timeBase' | 'startPts' | 'claimedRates'>,
): {
  add(packet: PacketLine): void
  finish(): Omit<SourceTimeline, 'fileSeconds'>
} {
  const secondsOf = (ticks: number): number => tickSeconds(ticks - video.startPts, video.timeBase)
  const shown = createShownPictures(video.claimedRates)
  const showTime = createShowTimes(video.startPts)
  const waiting: number[] = []
  const keys = createKeyPictures()
  const bytesPerSecond: number[] = []
  let endTicks = video.startPts
  let lastStartSeconds = 0
  return {
    add: (packet) => {
      const ticks = showTime(packet)
      const seconds = secondsOf(ticks)
      insertSorted(waiting, seconds)
      if (waiting.length > reorderDepth) shown.add(waiting.shift() ?? seconds)
      keys.add(seconds, packet.isKey)
      addTo(bytesPerSecond, seconds, packet.bytes)
      if (seconds < lastStartSeconds) return
      lastStartSeconds = seconds
      endTicks = ticks + packet.duration
    },
    finish: () => {
      waiting.forEach(shown.add)
      const { rate, ...pictures } = shown.finish()
      const oneFrame = rate.denominator / rate.numerator
      const end = secondsOf(endTicks)
      return {
        rate,
        ...pictures,
        ...keys.finish(end),
        bytesPerSecond: withoutHoles(bytesPerSecond),
        lastStartSeconds,
        endSeconds: end > lastStartSeconds ? end : lastStartSeconds + oneFrame,
      }
    },
  }
}

/**
 * When a packet's picture is shown. Where the container only tells when it is decoded (AVI never tells more, whatever FFmpeg
 * makes of some of its packets; program streams not always), it is shown later by as much as the first picture is: not
 * quite true of each, but of all together.
 */
function createShowTimes(startPts: number): (packet: PacketLine) => number {
  let delay: number | null = null
  let isDecodingOrder = false
  return ({ pts, dts }) => {
    if (delay === null) {
      isDecodingOrder = pts === null
      delay = (pts ?? startPts) - (dts ?? pts ?? startPts)
    }
    if (isDecodingOrder && dts !== null) return dts + delay
    return pts ?? (dts ?? 0) + delay
  }
}

type ShownPictures = Pick<
  SourceTimeline,
  'rate' | 'isVariable' | 'pictures' | 'picturesPerSecond' | 'longestHoldSeconds' | 'runsBackwards'
>

/** Follows the pictures in the order in which they are shown. */
function createShownPictures(claimedRates: VideoLayout['claimedRates']): {
  add(seconds: number): void
  finish(): ShownPictures
} {
  const meter = createRateMeter(claimedRates)
  const perSecond: number[] = []
  let first: number | null = null
  let previous = 0
  let pictures = 0
  let longestHoldSeconds = 0
  let runsBackwards = false
  return {
    add: (seconds) => {
      first ??= seconds
      if (pictures > 0 && seconds < previous) runsBackwards = true
      if (pictures > 0) longestHoldSeconds = Math.max(longestHoldSeconds, seconds - previous)
      previous = seconds
      pictures += 1
      addTo(perSecond, seconds, 1)
      meter.add(seconds - first)
    },
    finish: () => ({
      rate: meter.rate(),
      isVariable: !meter.isConstant(),
      pictures,
      picturesPerSecond: withoutHoles(perSecond),
      longestHoldSeconds,
      runsBackwards,
    }),
  }
}

function createExtent(timeBases: SourceLayout['timeBases']): {
  add(packet: PacketLine): void
  seconds(): number
} {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  return {
    add: ({ stream, pts, dts, duration }) => {
      const timeBase = timeBases.get(stream)
      const ticks = pts ?? dts
      if (!timeBase || ticks === null) return
      first = Math.min(first, tickSeconds(ticks, timeBase))
      last = Math.max(last, tickSeconds(ticks + duration, timeBase))
    },
    seconds: () => Math.max(0, last - first),
  }
}

function addTo(perSecond: number[], seconds: number, amount: number): void {
  const second = Math.min(lastCountedSecond, Math.max(0, Math.floor(seconds)))
  perSecond[second] = (perSecond[second] ?? 0) + amount
}

function withoutHoles(perSecond: readonly number[]): readonly number[] {
  return Array.from(perSecond, (amount) => amount ?? 0)
}

function insertSorted(values: number[], value: number): void {
  const index = values.findLastIndex((other) => other <= value)
  values.splice(index + 1, 0, value)
}
