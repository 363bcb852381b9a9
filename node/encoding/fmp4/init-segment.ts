import type { FrameRate } from '#protocol/grid.ts'
import { aacFrameSamples, audioPreset } from '#protocol/ladder.ts'
import { bodyOf, box, fullBox, uint16, uint32 } from './boxes.ts'
import { sampleKinds } from './fragment.ts'

/** Ticks of a track's clock in a second, and in one of its units: a picture, or a frame of sound. */
export type TrackClock = { readonly timescale: number; readonly unitTicks: number }

/** Players round times to their clocks; coarser ones than this are made finer. */
const leastTimescale = 10_000

/** The clock on which each picture of a rate has a whole time. */
export function videoClock({ numerator, denominator }: FrameRate): TrackClock {
  const factor = 2 ** Math.max(0, Math.ceil(Math.log2(leastTimescale / numerator)))
  return { timescale: numerator * factor, unitTicks: denominator * factor }
}

export const audioClock: TrackClock = {
  timescale: audioPreset.sampleRate,
  unitTicks: aacFrameSamples,
}

/** Video as an initialization segment describes it. */
export type VideoTrack = {
  readonly width: number
  readonly height: number
  readonly rate: FrameRate
  /** Four letters of the sample entry: `hvc1`, `vp09`, `av01`. */
  readonly format: string
  /** The decoder's configuration, as a whole box: `hvcC`, `vpcC`, `av1C`. */
  readonly config: Uint8Array
}

/** The initialization segment of video: like its fragments, it has but one form. */
export function videoInit(track: VideoTrack): Uint8Array {
  const { width, height, rate } = track
  return initSegment({
    clock: videoClock(rate),
    size: [width, height],
    volume: 0,
    handler: 'vide',
    header: fullBox('vmhd', [0, 1], zeros(8)),
    entry: videoEntry(track),
    kind: sampleKinds.other,
  })
}

/** The initialization segment of our sound: the same in every tree. */
export function audioInit(): Uint8Array {
  return initSegment({
    clock: audioClock,
    size: [0, 0],
    volume: 0x0100,
    handler: 'soun',
    header: fullBox('smhd', [0, 0], zeros(4)),
    entry: audioEntry(),
    kind: sampleKinds.key,
  })
}

/** The decoder's configuration in the first sample entry of a file, as a whole box. Throws a RangeError without one. */
export function configIn(file: Uint8Array, type: string): Uint8Array {
  const entries = bodyOf(file, 'moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd').subarray(8)
  const entry = entries.subarray(8, entries.readUInt32BE(0))
  return box(type, bodyOf(entry.subarray(videoEntryBytes), type))
}

type Description = {
  readonly clock: TrackClock
  readonly size: readonly [width: number, height: number]
  readonly volume: number
  readonly handler: 'vide' | 'soun'
  readonly header: Uint8Array
  readonly entry: Uint8Array
  readonly kind: number
}

const trackId = 1
const undefinedLanguage = 0x55c4
const unity = uint32(0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000)

function initSegment({ clock, size, volume, handler, header, entry, kind }: Description) {
  const { timescale, unitTicks } = clock
  const [width, height] = size
  const movie = fullBox(
    ...(['mvhd', [0, 0]] as const),
    ...[uint32(0, 0, timescale, 0, 0x1_0000), uint16(0x0100), zeros(10), unity, zeros(24)],
    uint32(trackId + 1),
  )
  const track = fullBox(
    ...(['tkhd', [0, 3]] as const),
    ...[uint32(0, 0, trackId, 0, 0), zeros(8), uint16(0, 0, volume, 0), unity],
    uint32(width * 0x1_0000, height * 0x1_0000),
  )
  const media = box(
    'mdia',
    fullBox('mdhd', [0, 0], uint32(0, 0, timescale, 0), uint16(undefinedLanguage, 0)),
    fullBox('hdlr', [0, 0], zeros(4), Buffer.from(handler), zeros(13)),
    box('minf', header, dataInformation(), sampleTable(entry)),
  )
  return Buffer.concat([
    box('ftyp', Buffer.from('iso6'), uint32(0), Buffer.from('iso6mp41')),
    box(
      'moov',
      movie,
      box('trak', track, media),
      box('mvex', fullBox('trex', [0, 0], uint32(trackId, 1, unitTicks, 0, kind))),
    ),
  ])
}

function dataInformation(): Uint8Array {
  return box('dinf', fullBox('dref', [0, 0], uint32(1), fullBox('url ', [0, 1])))
}

/** Empty: the samples are in the fragments. */
function sampleTable(entry: Uint8Array): Uint8Array {
  return box(
    'stbl',
    fullBox('stsd', [0, 0], uint32(1), entry),
    fullBox('stts', [0, 0], uint32(0)),
    fullBox('stsc', [0, 0], uint32(0)),
    fullBox('stsz', [0, 0], uint32(0, 0)),
    fullBox('stco', [0, 0], uint32(0)),
  )
}

/** Bytes of a visual sample entry ahead of the boxes in it. */
const videoEntryBytes = 78
const dotsPerInch = 72 * 0x1_0000

function videoEntry({ format, width, height, config }: VideoTrack): Uint8Array {
  return box(
    format,
    ...[zeros(6), uint16(1), zeros(16), uint16(width, height), uint32(dotsPerInch, dotsPerInch)],
    ...[uint32(0), uint16(1), zeros(32), uint16(0x18, 0xffff), config],
    box('colr', Buffer.from('nclx'), uint16(1, 1, 1), zeros(1)),
  )
}

/** AAC-LC, 48 kHz, two channels (ISO/IEC 14496-3, 1.6.2). */
const aacConfig = Uint8Array.of(0x11, 0x90)

function audioEntry(): Uint8Array {
  const { channels, sampleRate, kbps } = audioPreset
  const decoder = Buffer.concat([
    Uint8Array.of(0x40, 0x15, 0, 0, 0),
    uint32(1000 * kbps, 1000 * kbps),
    descriptor(5, aacConfig),
  ])
  const stream = [
    uint16(trackId),
    zeros(1),
    descriptor(4, decoder),
    descriptor(6, Uint8Array.of(2)),
  ]
  return box(
    'mp4a',
    ...[zeros(6), uint16(1), zeros(8), uint16(channels, 16), zeros(4), uint16(sampleRate, 0)],
    fullBox('esds', [0, 0], descriptor(3, Buffer.concat(stream))),
  )
}

/** A descriptor of MPEG-4 systems; ours are short. */
function descriptor(tag: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(tag, content.length), content])
}

function zeros(bytes: number): Uint8Array {
  return new Uint8Array(bytes)
}
