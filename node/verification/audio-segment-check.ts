import type { Fault } from '#protocol/attestation.ts'
import { aacFrameSamples, audioPreset } from '#protocol/ladder.ts'
import type { AudioRecord } from '#protocol/manifest.ts'
import { countAdtsFrames } from '../encoding/adts.ts'
import { readFragment } from '../encoding/fmp4/fragment.ts'
import { audioClock } from '../encoding/fmp4/init-segment.ts'
import { clockBaseSeconds, clockRate } from '../encoding/segment-clock.ts'
import { elementaryStream, pesStarts } from '../encoding/transport-stream.ts'
import { hasOnlyItsStream, parse } from './foreign-bytes.ts'
import type { SegmentInHand } from './segment-check.ts'

/** An audio segment must hold the AAC frames that its place asks for, at their time, and nothing besides. Null for a good one. */
export function checkAudioSegment(
  { index, record, bytes }: SegmentInHand,
  audio: AudioRecord | null,
): Fault | null {
  const before = audio?.segments.slice(0, index).reduce((sum, { units }) => sum + units, 0) ?? 0
  const isGood = audio?.init
    ? parse(() => isFragmentInPlace(bytes, { index, before, units: record.units }))
    : hasOnlyItsStream(bytes) &&
      countAudio(bytes) === record.units / aacFrameSamples &&
      isInPlace(bytes, before, record.units)
  return isGood ? null : { code: 'segment-invalid', rendition: 'audio', segment: index }
}

function isFragmentInPlace(
  bytes: Uint8Array,
  place: { readonly index: number; readonly before: number; readonly units: number },
): boolean {
  const { index, start, samples } = readFragment(bytes, audioClock.unitTicks)
  return (
    index === place.index &&
    start === place.before / aacFrameSamples &&
    samples.length === place.units / aacFrameSamples &&
    samples.every(({ delay }) => delay === 0)
  )
}

/** AAC-LC at 48 kHz in two channels, as the third and fourth byte of an ADTS header say it. */
function isOurAac(stream: Uint8Array): boolean {
  const [, , format = 0, channels = 0] = stream
  return (format & 0xfd) === 0x4c && (channels & 0xc0) === 0x80
}

function countAudio(bytes: Uint8Array): number | null {
  return parse(() => {
    const stream = elementaryStream(bytes)
    return isOurAac(stream) ? countAdtsFrames(stream) : null
  })
}

/** Times are those of the samples: the first packet's exactly, later ones each of some frame behind the last. */
function isInPlace(bytes: Uint8Array, before: number, units: number): boolean {
  const times = parse(() => pesStarts(bytes).map(({ pts }) => pts)) ?? []
  const frames = times.map((pts) => frameAt(pts) - before / aacFrameSamples)
  const isRising = frames.every((frame, place) => frame > (frames[place - 1] ?? -1))
  return frames[0] === 0 && isRising && frames.every((frame) => frame < units / aacFrameSamples)
}

/** The number of the AAC frame that begins at a time, or NaN where none does. */
function frameAt(pts: number): number {
  const ticksPerFrame = (aacFrameSamples * clockRate) / audioPreset.sampleRate
  const ticks = pts - clockBaseSeconds * clockRate
  const frame = Math.round(ticks / ticksPerFrame)
  return Math.abs(ticks - frame * ticksPerFrame) <= 1 ? frame : Number.NaN
}
