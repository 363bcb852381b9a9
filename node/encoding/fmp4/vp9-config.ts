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

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
