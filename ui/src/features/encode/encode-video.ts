import type { InputVideoTrack } from 'mediabunny'
import { EncodedPacket, VideoSampleSink } from 'mediabunny'
import type { BrowserPlan } from '#protocol/api/browser.ts'
import { frameSeconds, framesInSegment } from '#protocol/grid.ts'
import { atLevel } from './avc-level.ts'
import { createBitLending } from './bit-lending.ts'
import { createCutFinder } from './cut-finder.ts'
import { createFramePace } from './frame-pace.ts'
import { isKeyFrame } from './key-frames.ts'
import type { VideoMeta } from './segment-muxer.ts'
import { clockBaseSeconds, muxVideo } from './segment-muxer.ts'
import type { SegmentRun } from './segment-runs.ts'
import { missingRuns } from './segment-runs.ts'
import { uprightPicture } from './upright-picture.ts'
import { videoEncoderConfig } from './video-config.ts'

export type VideoWork = {
  readonly plan: BrowserPlan
  readonly track: InputVideoTrack
  /** Seconds of the first picture in the file: zero of the grid. */
  readonly zero: number
  readonly signal: AbortSignal
  /** Takes a finished segment; encoding waits for it. */
  readonly onSegment: (segment: number, bytes: Uint8Array<ArrayBuffer>) => Promise<void>
  /** Frames encoded in all. */
  readonly onFrames: (frames: number) => void
}

/** Pictures that wait for the encoder, and packets that wait to be packed: what bounds the memory, however long the video is. */
const mostQueuedFrames = 4

/** Encodes the segments that are missing. Rejects with whatever decoder or encoder say. */
export async function encodeVideo(work: VideoWork): Promise<void> {
  let frames = 0
  const onFrame = (): void => {
    frames += 1
    work.onFrames(frames)
  }
  for (const run of missingRuns(work.plan.grid, work.plan.finished))
    await encodeRun({ ...work, onFrame }, run)
}

async function encodeRun(
  work: Omit<VideoWork, 'onFrames'> & { readonly onFrame: () => void },
  run: SegmentRun,
): Promise<void> {
  const { plan, track, zero, signal, onFrame } = work
  const { grid, source } = plan
  const packer = createPacker(work, run)
  const { promise: broken, reject } = Promise.withResolvers<never>()
  broken.catch(() => undefined)
  const bits = createBitLending(plan)
  let encoded = run.first
  const encoder = new VideoEncoder({
    output: (chunk, described) => {
      bits.spent(encoded, chunk.byteLength, chunk.type === 'key')
      encoded += 1
      packer.add(chunk, described)
    },
    error: reject,
  })
  let share = Number.NaN
  const askFor = (wanted: number): void => {
    if (wanted === share) return
    share = wanted
    encoder.configure(videoEncoderConfig(plan, share))
  }
  const sink = new VideoSampleSink(track)
  const pace = createFramePace(grid, run)
  let frame = run.first
  let held: VideoFrame | null = null
  let isAfterCut = false
  const findCut = createCutFinder()
  const show = async (times: number): Promise<void> => {
    for (let time = 0; held !== null && time < times; time += 1) {
      signal.throwIfAborted()
      askFor(bits.shareFor(frame, isAfterCut))
      isAfterCut = false
      const picture = placed(held, grid, frame)
      encoder.encode(picture, { keyFrame: isKeyFrame(grid, frame) })
      picture.close()
      frame += 1
      onFrame()
      while (encoder.encodeQueueSize > mostQueuedFrames)
        await Promise.race([dequeued(encoder), broken])
      await Promise.race([packer.settled(), broken])
    }
  }
  try {
    for await (const sample of sink.samples(...windowOf(run, plan, zero))) {
      const decoded = sample.toVideoFrame()
      const seconds = sample.timestamp - zero
      sample.close()
      const picture = await uprightPicture(decoded, source)
      let isCut: boolean
      try {
        isCut = await findCut(picture)
        await show(pace.add(seconds))
      } catch (error) {
        picture.close()
        throw error
      }
      held?.close()
      held = picture
      isAfterCut ||= isCut
    }
    if (held === null) throw new Error('The decoder gives no pictures.')
    await show(pace.finish())
    await Promise.race([encoder.flush(), broken])
    await packer.settled()
  } finally {
    held?.close()
    if (encoder.state !== 'closed') encoder.close()
  }
}

type Grid = BrowserPlan['grid']

/** From half a frame before the first, so that the picture that is shown then is among them. */
function windowOf(
  { first, end }: SegmentRun,
  { grid: { rate, frames } }: Pick<BrowserPlan, 'grid'>,
  zero: number,
): [from: number | undefined, to: number | undefined] {
  const from = first === 0 ? undefined : zero + frameSeconds(rate, first - 0.5)
  const to = end >= frames ? undefined : zero + frameSeconds(rate, end)
  return [from, to]
}

/** The same picture at a frame's own time. */
function placed(picture: VideoFrame, { rate }: Grid, frame: number): VideoFrame {
  return new VideoFrame(picture, { timestamp: Math.round(frameSeconds(rate, frame) * 1_000_000) })
}

function dequeued(encoder: VideoEncoder): Promise<void> {
  return new Promise((resolve) =>
    encoder.addEventListener('dequeue', () => resolve(), { once: true }),
  )
}

function levelled(meta: VideoMeta, level: number): VideoMeta {
  const { decoderConfig } = meta
  const { description } = decoderConfig ?? {}
  if (!decoderConfig || !description) return meta
  const bytes = ArrayBuffer.isView(description)
    ? new Uint8Array(description.buffer, description.byteOffset, description.byteLength)
    : new Uint8Array(description)
  return { ...meta, decoderConfig: { ...decoderConfig, description: atLevel(bytes, level) } }
}

/** Puts packets together into segments, and hands on each that is whole. */
function createPacker(
  { plan: { grid, rendition }, onSegment }: Pick<VideoWork, 'plan' | 'onSegment'>,
  { segments, first }: SegmentRun,
) {
  const waiting = [...segments]
  let frame = first
  let meta: VideoMeta | undefined
  let packets: EncodedPacket[] = []
  let last: Promise<void> = Promise.resolve()
  return {
    /** In the order of the frames: no encoder is asked for pictures that reach ahead. */
    add: (chunk: EncodedVideoChunk, described?: VideoMeta): void => {
      meta ??= described && levelled(described, Math.round(10 * Number(rendition.level)))
      const data = new Uint8Array(chunk.byteLength)
      chunk.copyTo(data)
      const at = clockBaseSeconds + frameSeconds(grid.rate, frame)
      packets.push(new EncodedPacket(data, chunk.type, at, frameSeconds(grid.rate, 1)))
      frame += 1
      const segment = waiting[0]
      if (segment === undefined || packets.length < framesInSegment(grid, segment)) return
      waiting.shift()
      const whole = packets
      packets = []
      const known = meta ?? {}
      last = last.then(async () => await onSegment(segment, await muxVideo(whole, known)))
      last.catch(() => undefined)
    },
    /** Waits for all segments that are whole. */
    settled: (): Promise<void> => last,
  }
}
