import type { BitReader } from './bit-reader.ts'
import { createBitReader } from './bit-reader.ts'
import { box } from './boxes.ts'
import type { StreamTerms } from './stream-terms.ts'

/** The unit that describes a sequence (AV1 bitstream, 6.2.2). */
const sequenceHeader = 1

/** Bytes of `av1C` ahead of the units in it. */
const fixedBytes = 4

/** 4:2:0, as a configuration writes it. */
const halfChroma = 0x0c

/**
 * The decoder configuration (`av1C`) of a stream, from the sequence header that its first picture begins with. What SVT-AV1
 * hands over beforehand for this purpose is another header than the one it then writes.
 */
export function av1Config(picture: Uint8Array): Uint8Array {
  const header = unitsIn(picture).find(({ type }) => type === sequenceHeader)
  if (!header) throw new RangeError('a picture without a sequence header')
  const { profile, level, tier, depth } = readSequence(createBitReader(header.payload))
  const isDeep = depth > 8 ? 0x40 : 0
  const fixed = Uint8Array.of(0x81, profile * 32 + level, tier * 128 + isDeep + halfChroma, 0)
  return box('av1C', fixed, header.whole)
}

/**
 * What the sequence header in a decoder configuration (`av1C`) says of the stream. Throws a RangeError where it is missing, the
 * configuration says otherwise, or the picture is no key frame that begins with the same header.
 */
export function av1Terms(config: Uint8Array, picture: Uint8Array): StreamTerms {
  const unit = config.subarray(fixedBytes)
  const own = unitsIn(picture).find(({ type }) => type === sequenceHeader)
  const configured = unitsIn(unit).find(({ type }) => type === sequenceHeader)
  if (!own || !configured || Buffer.compare(own.payload, configured.payload) !== 0)
    throw new RangeError('a configuration that is not of its stream')
  requireKeyFrame(picture)
  const { profile, level, tier, depth, ...size } = readSequence(createBitReader(own.payload))
  const [, profileAndLevel = 0, format = 0] = config
  if (profileAndLevel !== profile * 32 + level || format >> 7 !== tier)
    throw new RangeError('a configuration that is not of its stream')
  const name = `${String(level).padStart(2, '0')}${tier === 0 ? 'M' : 'H'}`
  return {
    codecs: `av01.${profile}.${name}.${String(depth).padStart(2, '0')}`,
    isMain: profile === 0 && depth === 8,
    level: 2 + Math.floor(level / 4) + (level % 4) / 10,
    ...size,
  }
}

/** Units that begin with the header of a frame (5.9.2): whether it was shown before, and of which of four types it is. */
const frameUnits: readonly number[] = [3, 6]

function requireKeyFrame(picture: Uint8Array): void {
  const frame = unitsIn(picture).find(({ type }) => frameUnits.includes(type))
  if (((frame?.payload[0] ?? 0xff) & 0xe0) !== 0) throw new RangeError('no key frame')
}

/** How many frames a sample shows, for the first time or again: hidden ones come with the one that is shown. */
export function shownByAv1(sample: Uint8Array): number {
  const frames = unitsIn(sample).filter(({ type }) => frameUnits.includes(type))
  return frames.filter(({ payload: [head = 0] }) => (head & 0x90) !== 0).length
}

/** How many bytes of a sample are frames and tiles of them. */
export function frameBytesInAv1(sample: Uint8Array): number {
  const frames = unitsIn(sample).filter(({ type }) => [...frameUnits, tileGroup].includes(type))
  return frames.reduce((sum, { whole }) => sum + whole.length, 0)
}

/** The unit with the tiles of a frame whose header stands alone. */
const tileGroup = 4

type Unit = {
  readonly type: number
  readonly payload: Uint8Array
  /** With its head. */
  readonly whole: Uint8Array
}

/** The units of a picture, each of which says how long it is. */
function unitsIn(bytes: Uint8Array): readonly Unit[] {
  const units: Unit[] = []
  let offset = 0
  while (offset < bytes.length) {
    const head = bytes[offset] ?? 0
    if ((head & 0x82) !== 0x02) throw new RangeError('no unit of AV1 with a size')
    const { value: length, next } = readLength(bytes, offset + ((head & 0x04) === 0 ? 1 : 2))
    const whole = bytes.subarray(offset, next + length)
    units.push({ type: (head >> 3) & 0x0f, payload: bytes.subarray(next, next + length), whole })
    offset = next + length
  }
  if (offset !== bytes.length) throw new RangeError('a unit that ends too late')
  return units
}

/** A number in groups of seven bits, the lowest first. */
function readLength(bytes: Uint8Array, offset: number): { value: number; next: number } {
  let value = 0
  for (let group = 0; group < 4; group += 1) {
    const byte = bytes[offset + group] ?? 0
    value += (byte & 0x7f) * 128 ** group
    if ((byte & 0x80) === 0) return { value, next: offset + group + 1 }
  }
  throw new RangeError('a length that is too long')
}

type Sequence = {
  readonly width: number
  readonly height: number
  readonly profile: number
  readonly level: number
  readonly tier: number
  readonly depth: number
}

/** AV1 bitstream, 5.5. Timing is of no use where containers say it, and no header of ours has it. */
function readSequence(bits: BitReader): Sequence {
  const profile = bits.read(3)
  if (bits.read(3) !== 0) throw new RangeError('a still picture, or timing in the header')
  const hasDisplayDelay = bits.flag()
  const points = Array.from({ length: bits.read(5) + 1 }, () => {
    bits.skip(12)
    const level = bits.read(5)
    const tier = level > 7 ? bits.read(1) : 0
    if (hasDisplayDelay && bits.flag()) bits.skip(4)
    return { level, tier }
  })
  const size = readSize(bits)
  skipTools(bits)
  const isDeep = bits.flag()
  const depth = isDeep && profile === 2 && bits.flag() ? 12 : 8 + (isDeep ? 2 : 0)
  const [{ level, tier } = { level: 31, tier: 0 }] = points
  return { profile, level, tier, depth, ...size }
}

function readSize(bits: BitReader): { readonly width: number; readonly height: number } {
  const [widthBits, heightBits] = [bits.read(4) + 1, bits.read(4) + 1]
  const size = { width: bits.read(widthBits) + 1, height: bits.read(heightBits) + 1 }
  if (bits.flag()) bits.skip(7)
  return size
}

function skipTools(bits: BitReader): void {
  bits.skip(3 + 4)
  const hasOrder = bits.flag()
  if (hasOrder) bits.skip(2)
  const screenContent = bits.flag() ? 2 : bits.read(1)
  if (screenContent > 0 && !bits.flag()) bits.skip(1)
  if (hasOrder) bits.skip(3)
  bits.skip(3)
}
