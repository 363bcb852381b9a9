import type { InputAudioTrack } from 'mediabunny'
import {
  AudioSample,
  AudioSampleSink,
  AudioSampleSource,
  canEncodeAudio,
  EncodedPacket,
  MpegTsOutputFormat,
  NullTarget,
  Output,
  Quality,
} from 'mediabunny'
import { aacFrameSamples, audioPreset } from '#protocol/ladder.ts'
import { mixGain } from './down-mix.ts'
import type { AudioMeta } from './segment-muxer.ts'
import { clockBaseSeconds, muxAudio } from './segment-muxer.ts'
import { createSteadySound } from './steady-sound.ts'

export type AudioWork = {
  readonly track: InputAudioTrack
  /** AAC frames of each segment. */
  readonly frames: readonly number[]
  readonly zero: number
  readonly signal: AbortSignal
  readonly onSegment: (segment: number, bytes: Uint8Array<ArrayBuffer>) => Promise<void>
}

const { channels, sampleRate, kbps } = audioPreset
const quality = { bitrate: 1_000 * kbps }

/** Encodes the whole sound: it takes seconds, and its segments hang together by the encoder's memory. */
export async function encodeAudio(work: AudioWork): Promise<void> {
  await provideEncoder()
  const { track, frames, zero, signal } = work
  const samples = frames.reduce((sum, count) => sum + count, 0) * aacFrameSamples
  const steady = createSteadySound({ first: aacFrameSamples, end: samples })
  const packets: EncodedPacket[] = []
  let meta: AudioMeta | undefined
  let gain = 1
  const source = new AudioSampleSource({
    ...{ codec: 'aac', quality: new Quality(quality) },
    transform: {
      ...{ numberOfChannels: channels, sampleRate },
      process: (sample) => {
        const start = Math.round((sample.timestamp - zero) * sampleRate)
        const pieces = steady.add(start, sample.numberOfFrames)
        return pieces.map((piece) => pieceOf(sample, piece, gain))
      },
    },
    onEncodedPacket: (packet, described) => {
      meta ??= described
      packets.push(packet)
    },
  })
  const output = new Output({ format: new MpegTsOutputFormat(), target: new NullTarget() })
  output.addAudioTrack(source)
  await output.start()
  let last = { end: zero, channels: 2, rate: sampleRate as number }
  // From zero on: of frames before it, which only prime a decoder, some decoders make nothing, and what follows would be taken for
  // it. What is missed of their overlap is in the frame that primes our own encoder, and not heard.
  for await (const sample of new AudioSampleSink(track).samples(zero)) {
    signal.throwIfAborted()
    gain = mixGain(sample.numberOfChannels)
    last = {
      end: sample.timestamp + sample.duration,
      channels: sample.numberOfChannels,
      rate: sample.sampleRate,
    }
    await source.add(sample)
    sample.close()
  }
  // Silence to the end and a little further: what is too much is cut.
  const missing = zero + samples / sampleRate - last.end + 0.5
  if (missing > 0) {
    const tail = silence(last, missing)
    await source.add(tail)
    tail.close()
  }
  await output.finalize()
  await packUp(work, packets, meta ?? {})
}

async function packUp(
  { frames, signal, onSegment }: AudioWork,
  packets: readonly EncodedPacket[],
  meta: AudioMeta,
): Promise<void> {
  let next = 0
  for (const [segment, count] of frames.entries()) {
    signal.throwIfAborted()
    const own = packets.slice(next, next + count).map((packet, index) => at(packet, next + index))
    if (own.length < count) throw new Error('The encoder of the sound ended early.')
    next += count
    await onSegment(segment, await muxAudio(own, meta))
  }
}

/** A packet at the time of its frame: encoders differ in what they take for the beginning. */
function at({ data }: EncodedPacket, frame: number): EncodedPacket {
  const seconds = aacFrameSamples / sampleRate
  return new EncodedPacket(data, 'key', clockBaseSeconds + frame * seconds, seconds)
}

type Piece = { readonly silent: number } | { readonly from: number; readonly to: number }

function pieceOf(sample: AudioSample, piece: Piece, gain: number): AudioSample {
  if ('silent' in piece) {
    const place = { end: sample.timestamp, channels, rate: sampleRate }
    return silence(place, piece.silent / sampleRate)
  }
  const heard = sample.trim(piece.from, piece.to)
  if (gain === 1) return heard
  const data = new Float32Array(heard.numberOfFrames * channels)
  heard.copyTo(data, { planeIndex: 0, format: 'f32' })
  heard.close()
  const { timestamp } = heard
  const form = { format: 'f32', sampleRate, numberOfChannels: channels } as const
  return new AudioSample({ ...form, timestamp, data: data.map((value) => gain * value) })
}

function silence(
  { end, channels: count, rate }: { end: number; channels: number; rate: number },
  seconds: number,
): AudioSample {
  return new AudioSample({
    ...{ format: 'f32', sampleRate: rate, numberOfChannels: count, timestamp: end },
    data: new Float32Array(Math.max(1, Math.round(seconds * rate)) * count),
  })
}

/** Chromium on Linux brings no AAC encoder of its own; then, and only then, FFmpeg's is loaded. */
async function provideEncoder(): Promise<void> {
  const numbers = { numberOfChannels: channels, sampleRate, quality: new Quality(quality) }
  if (await canEncodeAudio('aac', numbers)) return
  const { registerAacEncoder } = await import('@mediabunny/aac-encoder')
  registerAacEncoder()
}
