import { arbiterAdversaries } from './arbiter-adversaries.ts'
import { creatorAdversaries } from './creator-adversaries.ts'
import { encoderAdversaries } from './encoder-adversaries.ts'
import { endpointAdversaries } from './endpoint-adversaries.ts'
import type { Adversary } from './stage.ts'
import { twinAdversaries } from './twin-adversaries.ts'

/** What each party can do wrong. */
export const adversaries: readonly Adversary[] = [
  ...encoderAdversaries,
  ...creatorAdversaries,
  ...arbiterAdversaries,
  ...endpointAdversaries,
  ...twinAdversaries,
]
