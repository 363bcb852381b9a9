import type { Browser } from 'playwright-core'
import { expect } from 'vitest'
import { gridSeconds, segmentCount } from '#protocol/grid.ts'
import type { Tree } from './clip.ts'
import { expectSeamlessPlay, leastFirstBytes } from './numbered-clip.ts'
import { play, switchEveryFragment } from './player.ts'

/** Plays a tree of numbered pictures from its first to its last in Chromium, another rendition with every fragment of so many seconds. */
export async function expectTreeToPlay(
  browser: Browser,
  { folder, manifest }: Pick<Tree, 'folder' | 'manifest'>,
  { seconds, rate }: { readonly seconds: number; readonly rate: number },
): Promise<void> {
  const { renditions, audio, grid } = manifest
  if (audio !== null)
    for (const { segments } of renditions)
      expect(segments[0]?.bytes).toBeGreaterThan(leastFirstBytes)
  const report = await play(browser, {
    ...{ folder, arrange: switchEveryFragment(seconds), isBufferedFirst: true, rate },
    patienceMs: (gridSeconds(grid) + 60) * 1_000,
  })
  expectSeamlessPlay(report, manifest)
  expect(report.levels).toHaveLength(segmentCount(grid))
  expect(new Set(report.levels).size).toBe(renditions.length)
  const [first = 0] = report.levels
  if (isWhole(rate))
    expect(report.levels).toEqual(
      report.levels.map((_, index) => (first + index) % renditions.length),
    )
}

/**
 * Chromium counts in whole microseconds. Where no picture lasts as many, a fragment of a transport stream ends one too early for
 * hls.js 1.7.4, which loads it again before it goes on: in the next rendition, so that two fragments are of the same.
 */
function isWhole(rate: number): boolean {
  return Number.isInteger(1e6 / rate)
}
