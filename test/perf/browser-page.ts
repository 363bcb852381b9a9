import {
  ALL_FORMATS,
  BlobSource,
  Conversion,
  canEncodeAudio,
  Input,
  MpegTsOutputFormat,
  NullTarget,
  Output,
  Quality,
} from 'mediabunny'
import type { BrowserPlan } from '#protocol/api/browser.ts'
import { gridSeconds } from '#protocol/grid.ts'
import { audioPreset } from '#protocol/ladder.ts'
import { encodeAudio } from '#ui/features/encode/encode-audio.ts'
import { encodeVideo } from '#ui/features/encode/encode-video.ts'

/** What the bench calls in its page: the same work by our encoder and by mediabunny's own conversion. Both answer in seconds. */
export type BrowserBench = {
  load(address: string): Promise<void>
  ours(plan: BrowserPlan): Promise<number>
  stock(plan: BrowserPlan): Promise<number>
}

let clip: Blob | null = null
const never = new AbortController().signal

function open(): Input {
  if (!clip) throw new Error('load a clip first')
  return new Input({ source: new BlobSource(clip), formats: ALL_FORMATS })
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1_000
}

const bench: BrowserBench = {
  load: async (address) => {
    clip = await (await fetch(address)).blob()
  },
  ours: (plan) =>
    timed(async () => {
      const input = open()
      const [video, audio] = [
        await input.getPrimaryVideoTrack(),
        await input.getPrimaryAudioTrack(),
      ]
      if (!video || !audio || !plan.audioFrames) throw new Error('the clip has pictures and sound')
      const zero = await video.getFirstTimestamp()
      const common = { zero, signal: never, onSegment: async () => undefined }
      await Promise.all([
        encodeVideo({ ...common, plan, track: video, onFrames: () => undefined }),
        encodeAudio({ ...common, track: audio, frames: plan.audioFrames }),
      ])
      input.dispose()
    }),
  stock: ({ rendition, grid }) =>
    timed(async () => {
      const quality = new Quality({ bitrate: 1_000 * audioPreset.kbps })
      if (!(await canEncodeAudio('aac', { quality }))) {
        const { registerAacEncoder } = await import('@mediabunny/aac-encoder')
        registerAacEncoder()
      }
      const input = open()
      const conversion = await Conversion.init({
        input,
        output: new Output({ format: new MpegTsOutputFormat(), target: new NullTarget() }),
        video: {
          ...{ width: rendition.width, height: rendition.height, fit: 'fill', codec: 'avc' },
          quality: new Quality({ bitrate: 1_000 * rendition.kbps }),
          ...{ keyFrameInterval: 2, forceTranscode: true },
        },
        audio: { codec: 'aac', quality, numberOfChannels: 2, forceTranscode: true },
      })
      await conversion.execute()
      if (gridSeconds(grid) <= 0) throw new Error('a clip lasts')
      input.dispose()
    }),
}

Object.assign(globalThis, { bench })
