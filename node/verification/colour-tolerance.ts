import type { Manifest } from '#protocol/manifest.ts'
import { browserClass } from '../encoding/browser-class.ts'

/** How far the colours of honest work may be from what they should be before it is told at all. */
export type ColourTolerance = {
  /** Levels by which the colours of a tile may be behind for a whole segment. */
  readonly lagLevels: number
  /** Squared levels of error in them that nobody sees; see `unseenError`. */
  readonly unseenError: number
}

/** What is paid for is held to its colours as to its luma. */
export const strictColours: ColourTolerance = { lagLevels: 0, unseenError: 0.3 }

/**
 * A tab's encoder tells by luma alone whether a block stands still, and repeats it while its colour slowly changes. Where a
 * ground of full colours fades, Chromium's is up to 8.4 levels behind at sixty pictures a second, and noisier by two levels.
 * Grey pictures are off by 25 and more.
 */
const tabColours: ColourTolerance = { lagLevels: 8, unseenError: 4 }

/** By what a tree says of its maker: for checks on which no money hangs, since anybody can say so. */
export function coloursOf({ class: made }: Pick<Manifest, 'class'>): ColourTolerance {
  return made.cid === browserClass.cid ? tabColours : strictColours
}
