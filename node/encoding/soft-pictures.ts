import type { FrameRate } from '#protocol/grid.ts'
import type { Rendition } from '#protocol/ladder.ts'

type Softness = {
  /** Pixels of the picture in either direction that become one. */
  readonly grain: number
  /** Pictures for which one is held; Infinity holds the first to the end of the segment. */
  readonly hold: number
}

/**
 * How pictures are made softer, each time more, where no quality is low enough for a segment's rate. Of the last one hardly
 * anything is left to encode: a picture of a few colours that stands still. Every cap that an offer can name has room for it.
 */
const softnesses: readonly Softness[] = [
  { grain: 4, hold: 1 },
  { grain: 16, hold: 1 },
  { grain: 16, hold: 8 },
  { grain: 64, hold: Number.POSITIVE_INFINITY },
]

/** How often pictures can be made softer. */
export const softSteps = softnesses.length

const exactly = 'accurate_rnd+full_chroma_int+bitexact'

/** Filters for a window's pictures of a rendition's size, by how often they were too many bits; none at first. */
export function softFilters(
  step: number,
  { width, height }: Pick<Rendition, 'width' | 'height'>,
  { rate, frames }: { readonly rate: FrameRate; readonly frames: number },
): readonly string[] {
  const softness = softnesses[step - 1]
  if (!softness) return []
  const { grain, hold } = softness
  const small = `${coarse(width, grain)}:${coarse(height, grain)}`
  return [
    ...held(Math.min(hold, frames), { rate, frames }),
    `scale=${small}:flags=area+${exactly}`,
    `scale=${width}:${height}:flags=bilinear+${exactly}`,
  ]
}

/** Every so manieth picture in the places of those behind it as well; as many as before, at their times. */
function held(
  pictures: number,
  {
    rate: { numerator, denominator },
    frames,
  }: { readonly rate: FrameRate; readonly frames: number },
): readonly string[] {
  if (pictures === 1) return []
  return [
    `select=not(mod(n\\,${pictures}))`,
    `tpad=stop=${pictures}:stop_mode=clone`,
    `fps=${numerator}/${denominator}:start_time=0`,
    `trim=end_frame=${frames}`,
  ]
}

/** Even, because chroma has half the size. */
function coarse(side: number, grain: number): number {
  return Math.max(2, 2 * Math.round(side / grain / 2))
}
