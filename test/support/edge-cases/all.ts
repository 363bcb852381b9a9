import { codecs } from './codecs.ts'
import { containers } from './containers.ts'
import type { EdgeCases } from './edge-case.ts'
import { geometry } from './geometry.ts'
import { budget, names } from './names.ts'
import { pixels } from './pixels.ts'
import { sound } from './sound.ts'
import { time } from './time.ts'

/** Every kind of input that an encoder of strangers' files meets and that FFmpeg can make. */
export const edgeCases: EdgeCases = {
  geometry,
  time,
  pixels,
  codecs,
  sound,
  containers,
  budget,
  names,
}
