import { Unsupported } from './unsupported.ts'

/** What the front channels, and the centre and rear ones beside them, count for in stereo. */
const surroundSum = 1 + 2 * Math.SQRT1_2

/**
 * By how much a mix into stereo is made fainter, so that it is no louder than full scale whatever the channels hold together,
 * as the recipe has it. Mono stays as loud as it is. Throws `Unsupported` for channels of which the mix would be another than the recipe's.
 */
export function mixGain(channels: number): number {
  if (channels === 1 || channels === 2) return 1
  if (channels === 6) return 1 / surroundSum
  throw new Unsupported(
    `This browser does not mix ${channels} channels of sound as the stream needs it.`,
  )
}
