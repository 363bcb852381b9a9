import type { FrameGrid } from '#protocol/grid.ts'

/** Says how often each picture is shown on the grid. */
export type FramePace = {
  /**
   * A picture begins to be shown, so many seconds after the first of the video. Answers how many frames of the grid the picture
   * before it fills: none where this one takes its place, several where nothing came in between.
   */
  add(seconds: number): number
  /** How many frames the last picture fills. */
  finish(): number
}

/**
 * Places pictures on the grid as the recipe does (FFmpeg's `fps`): a frame shows the last picture whose time, rounded to whole frames, is not after
 * it. The first picture stands from the window's first frame on, whenever it comes, and the last one to its end.
 */
export function createFramePace(
  { rate: { numerator, denominator } }: Pick<FrameGrid, 'rate'>,
  { first, end }: { readonly first: number; readonly end: number },
): FramePace {
  let next = first
  let isFirst = true
  const fillUpTo = (frame: number): number => {
    const filled = Math.max(0, Math.min(frame, end) - next)
    next += filled
    return filled
  }
  return {
    add: (seconds) => {
      const begins = isFirst ? first : Math.round((seconds * numerator) / denominator)
      isFirst = false
      return fillUpTo(begins)
    },
    finish: () => fillUpTo(end),
  }
}
