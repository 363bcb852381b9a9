import { unpaddedLength } from '../h264-units.ts'
import type { BitReader } from './bit-reader.ts'
import { createBitReader } from './bit-reader.ts'
import type { StreamTerms } from './stream-terms.ts'

const parameterSets = { video: 32, sequence: 33, picture: 34 } as const

/** Bytes of `hvcC` ahead of its parameter sets, and where in them the profile begins. */
const fixedBytes = 23
const profileAt = 1
const profileBytes = 12

/**
 * What the sequence parameter set in a decoder configuration (`hvcC`: ISO/IEC 14496-15, 8.3.3) says of the stream. Throws
 * a RangeError where it is missing, the configuration says otherwise, or the picture is no instantaneous refresh.
 */
export function hevcTerms(config: Uint8Array, picture: Uint8Array): StreamTerms {
  const sets = parameterSetsIn(config)
  const kinds = sets.map(unitType)
  if (kinds.join() !== Object.values(parameterSets).join())
    throw new RangeError('not one parameter set of each kind')
  const [, sequence = new Uint8Array()] = sets
  // A head of two bytes, and one with the numbers of the sets; then the profile, as the configuration repeats it.
  const plain = withoutEmulation(sequence)
  const profile = Buffer.from(plain.subarray(3, 3 + profileBytes))
  const repeated = Buffer.from(config.subarray(profileAt, profileAt + profileBytes))
  if (profile.length < profileBytes || !profile.equals(repeated))
    throw new RangeError('a configuration that is not of its stream')
  requireRefresh(picture)
  const [kind = 0] = profile
  const level = profile.readUInt8(11)
  return {
    codecs: `hvc1.${profileName(profile)}.${tierName(kind)}${level}${constraintNames(profile)}`,
    isMain: (kind & 0xdf) === 1,
    level: level / 30,
    ...readSize(createBitReader(plain.subarray(3 + profileBytes))),
  }
}

/** Types of units with a slice of a picture, and those that begin anew and let nothing before be needed. */
const lastSlice = 31
const refreshes: readonly number[] = [19, 20]

function requireRefresh(picture: Uint8Array): void {
  const [first] = slicesIn(picture)
  if (!first || !refreshes.includes(first.type)) throw new RangeError('no key frame')
}

/** How many pictures begin in a sample: the first slice of each says that it is. */
export function picturesInHevc(sample: Uint8Array): number {
  return slicesIn(sample).filter(({ isFirst }) => isFirst).length
}

/** How many bytes of a sample are slices of pictures. */
export function sliceBytesInHevc(sample: Uint8Array): number {
  return slicesIn(sample).reduce((sum, { unit }) => sum + unpaddedLength(unit), 0)
}

type Slice = { readonly type: number; readonly isFirst: boolean; readonly unit: Uint8Array }

/** The slices of a sample, in which each unit stands behind its length. */
function slicesIn(sample: Uint8Array): readonly Slice[] {
  const bytes = Buffer.from(sample.buffer, sample.byteOffset, sample.length)
  const slices: Slice[] = []
  let offset = 0
  while (offset + 6 < bytes.length) {
    const end = offset + 4 + bytes.readUInt32BE(offset)
    const unit = bytes.subarray(offset + 4, end)
    const type = unitType(unit)
    const isFirst = (unit[2] ?? 0) >> 7 === 1
    if (type <= lastSlice) slices.push({ type, isFirst, unit })
    offset = end
  }
  return slices
}

function unitType([head = 0]: Uint8Array): number {
  return (head >> 1) & 0x3f
}

/** The size in a sequence parameter set, behind its profile: what is coded, without what is cut off at its edges (7.3.2.2). */
function readSize(bits: BitReader): { readonly width: number; readonly height: number } {
  readGolomb(bits)
  const isHalf = readGolomb(bits) === 1
  if (!isHalf) throw new RangeError('colours that are not of half size')
  const [width, height] = [readGolomb(bits), readGolomb(bits)]
  if (!bits.flag()) return { width, height }
  const [left, right, top, bottom] = Array.from({ length: 4 }, () => 2 * readGolomb(bits))
  return {
    width: width - (left ?? 0) - (right ?? 0),
    height: height - (top ?? 0) - (bottom ?? 0),
  }
}

/** As many zeros as there are bits behind the one that follows them. */
function readGolomb(bits: BitReader): number {
  let zeros = 0
  while (!bits.flag()) zeros += 1
  return 2 ** zeros - 1 + bits.read(zeros)
}

/** Space and number of the profile, and what it is compatible with, its bits in reverse (ISO/IEC 14496-15, annex E). */
function profileName(profile: Buffer): string {
  const [kind = 0] = profile
  const space = ['', 'A', 'B', 'C'][kind >> 6] ?? ''
  let compatible = 0
  for (let bit = 0; bit < 32; bit += 1)
    compatible = 2 * compatible + ((profile.readUInt32BE(1) >>> bit) & 1)
  return `${space}${kind & 0x1f}.${compatible.toString(16).toUpperCase()}`
}

function tierName(kind: number): 'L' | 'H' {
  return (kind & 0x20) === 0 ? 'L' : 'H'
}

/** The six bytes of constraints, each after a dot, without those at the end that are zero. */
function constraintNames(profile: Buffer): string {
  const bytes = [...profile.subarray(5, 11)]
  const length = bytes.findLastIndex((byte) => byte !== 0) + 1
  return bytes
    .slice(0, length)
    .map((byte) => `.${byte.toString(16).toUpperCase()}`)
    .join('')
}

/** The units in a configuration, in order. Throws a RangeError where they do not fill it. */
function parameterSetsIn(config: Uint8Array): readonly Uint8Array[] {
  const bytes = Buffer.from(config.buffer, config.byteOffset, config.length)
  const units: Uint8Array[] = []
  let offset = fixedBytes
  for (let array = 0; array < bytes.readUInt8(fixedBytes - 1); array += 1) {
    const count = bytes.readUInt16BE(offset + 1)
    offset += 3
    for (let unit = 0; unit < count; unit += 1) {
      const length = bytes.readUInt16BE(offset)
      units.push(bytes.subarray(offset + 2, offset + 2 + length))
      offset += 2 + length
    }
  }
  if (offset !== bytes.length) throw new RangeError('a configuration with more than it says')
  return units
}

/** A unit's payload: without the byte 3 that keeps two zeros from looking like a start code. */
function withoutEmulation(unit: Uint8Array): Uint8Array {
  return unit.filter(
    (byte, index) => byte !== 3 || index < 2 || unit[index - 1] !== 0 || unit[index - 2] !== 0,
  )
}
