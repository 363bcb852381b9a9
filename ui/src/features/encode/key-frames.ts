import type { BrowserPlan } from '#protocol/api/browser.ts'

type Grid = Pick<BrowserPlan['grid'], 'rate' | 'segmentFrames'>

const keySeconds = 2

/** Frames from one key frame to the next within a segment. */
export function keyDistance({ rate: { numerator, denominator } }: Grid): number {
  return Math.max(1, Math.round((keySeconds * numerator) / denominator))
}

/** Every segment begins with a key frame, and has another every two seconds. */
export function isKeyFrame(grid: Grid, frame: number): boolean {
  return (frame % grid.segmentFrames) % keyDistance(grid) === 0
}
