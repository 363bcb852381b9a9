import { ALL_FORMATS, BlobSource, Input, UrlSource } from 'mediabunny'
import type { BrowserPlan } from '#protocol/api/browser.ts'
import type { Client } from '#protocol/client.ts'
import { frameSeconds } from '#protocol/grid.ts'
import { encodeAudio } from './encode-audio.ts'
import { encodeVideo } from './encode-video.ts'
import type { TabLease } from './messages.ts'
import { createSegmentUploads } from './segment-uploads.ts'
import { Unsupported } from './unsupported.ts'

export type EncodeRequest = {
  readonly plan: BrowserPlan
  readonly lease: TabLease
  readonly file: File | null
  /** Where the server is, for a source that is not at hand. */
  readonly origin: string
  readonly signal: AbortSignal
  readonly onFrames: (frames: number) => void
  readonly onUploaded: () => void
}

/** Bytes of the source that are kept in memory at once. */
const cacheBytes = 16 * 1024 * 1024

/**
 * Encodes a source by its plan, pictures and sound side by side, and hands in each segment as it is finished. Resolves when all are at the
 * server. Rejects with `Unsupported` where this browser cannot, and with the signal's reason when it is called off.
 */
export async function encode(call: Client, request: EncodeRequest): Promise<void> {
  const { plan, file, origin, lease, onFrames, onUploaded } = request
  const failing = new AbortController()
  const signal = AbortSignal.any([request.signal, failing.signal])
  const options = { maxCacheSize: cacheBytes }
  const source = file
    ? new BlobSource(file, options)
    : new UrlSource(`${origin}/ipfs/${plan.source.cid}`, options)
  const input = new Input({ source, formats: ALL_FORMATS })
  const uploads = createSegmentUploads(call, lease, { signal, onSegment: onUploaded })
  try {
    const video = await input.getPrimaryVideoTrack()
    if (!video || !(await video.canDecode()))
      throw new Unsupported('This browser cannot decode the pictures of this video.')
    const zero = await video.getFirstTimestamp()
    const works = [
      encodeVideo({
        ...{ plan, track: video, zero, signal, onFrames },
        onSegment: (segment, bytes) => uploads.put('video', segment, bytes),
      }),
    ]
    if (plan.audioFrames) {
      const audio = await input.getPrimaryAudioTrack()
      if (!audio || !(await audio.canDecode()))
        throw new Unsupported('This browser cannot decode the sound of this video.')
      works.push(
        encodeAudio({
          ...{ track: audio, frames: plan.audioFrames, zero, signal },
          onSegment: (segment, bytes) => uploads.put('audio', segment, bytes),
        }),
      )
    }
    // One that fails stops the other; both have ended before this does.
    for (const work of works) work.catch((error: unknown) => failing.abort(error))
    await Promise.allSettled(works)
    signal.throwIfAborted()
    await uploads.settled()
  } finally {
    input.dispose()
  }
}

/** Seconds of video in so many frames. */
export function secondsOf({ grid }: Pick<BrowserPlan, 'grid'>, frames: number): number {
  return frameSeconds(grid.rate, frames)
}
