import { bodyOf, box, boxesIn, fullBox, uint32, uint64 } from './boxes.ts'

/** One picture, or one frame of sound. */
export type Sample = {
  readonly bytes: Uint8Array
  /** Units by which it is shown later than its place in the order of decoding; below zero where that is earlier. */
  readonly delay: number
}

/** A segment: samples in the order of decoding, each one unit long, the first a key frame. */
export type Fragment = {
  /** Index of the segment, and units of the track before it. */
  readonly index: number
  readonly start: number
  readonly samples: readonly Sample[]
}

/** Flags of `tfhd`, `trun` and samples (ISO/IEC 14496-12, 8.8). */
const baseIsMoof = 0x02_0000
const has = {
  offset: 0x1,
  firstFlags: 0x4,
  duration: 0x100,
  size: 0x200,
  flags: 0x400,
  delay: 0x800,
}
export const sampleKinds = { key: 0x0200_0000, other: 0x0101_0000 } as const

const trackId = 1

/**
 * The one form that a segment has here: its tables and its samples, and nothing that its samples do not ask for. Equal
 * samples in equal places give equal bytes, whichever program had packed them before.
 */
export function writeFragment({ index, start, samples }: Fragment, unitTicks: number): Uint8Array {
  const isDelayed = samples.some(({ delay }) => delay !== 0)
  const flags = has.offset | has.firstFlags | has.size | (isDelayed ? has.delay : 0)
  const table = samples.flatMap(({ bytes, delay }) =>
    isDelayed ? [bytes.length, delay * unitTicks] : [bytes.length],
  )
  const moof = (offset: number): Uint8Array =>
    box(
      'moof',
      fullBox('mfhd', [0, 0], uint32(index + 1)),
      box(
        'traf',
        fullBox('tfhd', [0, baseIsMoof], uint32(trackId)),
        fullBox('tfdt', [1, 0], uint64(start * unitTicks)),
        fullBox('trun', [1, flags], uint32(samples.length, offset, sampleKinds.key, ...table)),
      ),
    )
  const mediaOffset = moof(0).length + 8
  return Buffer.concat([moof(mediaOffset), box('mdat', ...samples.map(({ bytes }) => bytes))])
}

/** Reads a segment of the form of {@link writeFragment}. Throws a RangeError for any other bytes, however playable. */
export function readFragment(bytes: Uint8Array, unitTicks: number): Fragment {
  const moof = bodyOf(bytes, 'moof')
  const fragment = {
    index: bodyOf(moof, 'mfhd').readUInt32BE(4) - 1,
    start: Number(bodyOf(moof, 'traf', 'tfdt').readBigUInt64BE(4)) / unitTicks,
    samples: samplesIn(bytes, unitTicks),
  }
  if (!Number.isInteger(fragment.start)) throw new RangeError('a segment that begins between units')
  const written = writeFragment(fragment, unitTicks)
  if (Buffer.compare(written, bytes) !== 0) throw new RangeError('not the form of our segments')
  return fragment
}

/**
 * The samples of a file with one fragment, as any muxer writes it: their delays count from the first one's. `unitTicks` is how
 * long each is; where nobody has said so, the file does. Throws a RangeError for anything else.
 */
export function samplesIn(bytes: Uint8Array, unitTicks?: number): readonly Sample[] {
  const [traf, another] = boxesIn(bodyOf(bytes, 'moof')).filter(({ type }) => type === 'traf')
  if (!traf || another) throw new RangeError('not a segment of one track')
  const media = bodyOf(bytes, 'mdat')
  const defaults = defaultsIn(bodyOf(traf.body, 'tfhd'))
  const rows = rowsOf(bodyOf(traf.body, 'trun'), defaults, media.length)
  const ticks = unitTicks ?? rows[0]?.duration ?? 1
  let offset = 0
  const samples = rows.map(({ size, delay }) => {
    const sample = { bytes: media.subarray(offset, offset + size), delay: delay / ticks }
    offset += size
    return sample
  })
  const [first = { delay: 0 }] = samples
  if (
    offset !== media.length ||
    samples.some(({ delay }) => !Number.isInteger(delay - first.delay))
  )
    throw new RangeError('samples that do not fit')
  return samples.map((sample) => ({ ...sample, delay: sample.delay - first.delay }))
}

/** The first picture of a fragment, whatever the ticks of its clock. */
export function firstSample(segment: Uint8Array): Uint8Array {
  const [first] = samplesIn(segment, 1)
  if (!first) throw new RangeError('a segment without pictures')
  return first.bytes
}

type Row = { readonly size: number; readonly delay: number; readonly duration: number }

/** What `tfhd` says of a sample whose row does not. */
type Defaults = { readonly duration: number; readonly size: number }

/** The rows of a table of samples; no more than `most`, however many it claims to have. */
function rowsOf(trun: Buffer, defaults: Defaults, most: number): readonly Row[] {
  const field = fieldReader(trun)
  const count = field.next()
  if (count < 0 || count > most) throw new RangeError('more samples than bytes')
  field.ifFlagged(has.offset)
  field.ifFlagged(has.firstFlags)
  return Array.from({ length: count }, () => {
    const duration = field.ifFlagged(has.duration) ?? defaults.duration
    const size = field.ifFlagged(has.size) ?? defaults.size
    field.ifFlagged(has.flags)
    return { duration, size, delay: field.ifFlagged(has.delay) ?? 0 }
  })
}

const sets = { base: 0x1, description: 0x2, duration: 0x8, size: 0x10 }

function defaultsIn(tfhd: Buffer): Defaults {
  const field = fieldReader(tfhd)
  field.next()
  field.ifFlagged(sets.base)
  field.ifFlagged(sets.base)
  field.ifFlagged(sets.description)
  const duration = field.ifFlagged(sets.duration) ?? 0
  return { duration, size: field.ifFlagged(sets.size) ?? 0 }
}

/** Reads the fields of four bytes behind a box's flags, some of which are there only where these say so. */
function fieldReader(body: Buffer) {
  const flags = body.readUInt32BE(0) & 0xff_ffff
  let offset = 4
  const next = (): number => {
    offset += 4
    return body.readInt32BE(offset - 4)
  }
  return { next, ifFlagged: (flag: number) => ((flags & flag) === 0 ? undefined : next()) }
}
