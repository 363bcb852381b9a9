import type { Rendition } from '#protocol/ladder.ts'
import { createBitReader } from './bit-reader.ts'
import { fullBox, uint16 } from './boxes.ts'
import type { StreamTerms } from './stream-terms.ts'

const frameMarker = 2
const syncCode = 0x49_8342
const rgb = 7

/** Bytes of a full box ahead of its content. */
const versionBytes = 4

/**
 * The decoder configuration (`vpcC`) of a rendition: eight bits, 4:2:0, BT.709, limited range. VP9 writes no level into its
 * frames, so the level is the rendition's.
 */
export function vp9Config({ level }: Pick<Rendition, 'level'>): Uint8Array {
  const depthAndRange = 0x82
  const content = Uint8Array.of(0, Math.round(10 * Number(level)), depthAndRange, 1, 1, 1)
  return fullBox('vpcC', [1, 0], content, uint16(0))
}

/**
 * What a stream's configuration and its first key frame (VP9 bitstream, 6.2) say together. Throws a RangeError for a frame that
 * is none, or of which the configuration does not tell the truth.
 */
export function vp9Terms(config: Uint8Array, frame: Uint8Array): StreamTerms {
  const [profile = 0, level = 0, depthAndRange = 0] = config.subarray(versionBytes)
  const bits = createBitReader(frame)
  if (bits.read(2) !== frameMarker) throw new RangeError('no frame of VP9')
  const own = bits.read(1) + 2 * bits.read(1)
  if (own > 1 || own !== profile) throw new RangeError('another profile than its configuration')
  const isShownAgain = bits.flag()
  const isKey = !bits.flag()
  bits.skip(2)
  if (isShownAgain || !isKey || bits.read(24) !== syncCode) throw new RangeError('no key frame')
  const isOurs = bits.read(3) !== rgb && !bits.flag() && depthAndRange === 0x82
  const [width, height] = [bits.read(16) + 1, bits.read(16) + 1]
  return {
    codecs: `vp09.${twoDigits(profile)}.${twoDigits(level)}.${twoDigits(depthAndRange >> 4)}`,
    isMain: profile === 0 && isOurs,
    level: level / 10,
    ...{ width, height },
  }
}

/** How many frames a sample shows, for the first time or again: hidden ones come with the one that is shown. */
export function shownByVp9(sample: Uint8Array): number {
  return framesIn(sample).filter(isShown).length
}

/** How many bytes of a sample are frames. */
export function frameBytesInVp9(sample: Uint8Array): number {
  return framesIn(sample).reduce((sum, { length }) => sum + length, 0)
}

function isShown(frame: Uint8Array): boolean {
  const bits = createBitReader(frame)
  if (bits.read(2) !== frameMarker) throw new RangeError('no frame of VP9')
  if (bits.read(2) === 3) bits.skip(1)
  const isShownAgain = bits.flag()
  bits.skip(isShownAgain ? 0 : 1)
  return isShownAgain || bits.flag()
}

/** The frames of a sample, which has an index of them at its end where they are several (annex B). */
function framesIn(sample: Uint8Array): readonly Uint8Array[] {
  const marker = sample.at(-1) ?? 0
  const count = (marker & 0x07) + 1
  const sizeBytes = ((marker >> 3) & 0x03) + 1
  const end = sample.length - 2 - count * sizeBytes
  if ((marker & 0xe0) !== 0xc0 || sample[end] !== marker) return [sample]
  const index = Buffer.from(sample.subarray(end + 1))
  const frames: Uint8Array[] = []
  let offset = 0
  for (let place = 0; place < count; place += 1) {
    const length = index.readUIntLE(place * sizeBytes, sizeBytes)
    if (length > 0) frames.push(sample.subarray(offset, offset + length))
    offset += length
  }
  if (offset > end) throw new RangeError('an index of more than there is')
  return frames
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
