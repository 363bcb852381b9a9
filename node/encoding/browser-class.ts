import { DeterminismClass } from '#protocol/encoder.ts'
import { textCid } from './text-cid.ts'

/**
 * The class of what tabs make: a browser's encoder, chip and driver are its own, so no machine makes the same bytes, and every
 * leaf is checked by what is to be seen and heard. The id names nothing but that.
 */
export const browserClass = DeterminismClass.parse({
  cid: textCid('WebCodecs: bytes of no class'),
  ffmpeg: 'none',
  x264: 'none',
  encoder: 'WebCodecs',
})
