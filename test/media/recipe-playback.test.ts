import path from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import { openBrowser } from '#test/support/browser.ts'
import { aRendition, encodeTree, requestFor } from '#test/support/clip.ts'
import { makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'
import { expectSeamlessPlay, numberedClip } from '#test/support/numbered-clip.ts'
import { play, switchEveryFragment } from '#test/support/player.ts'

/** What Chromium has no decoder for, it can only refuse; H.265 is parsed by `h265-playback.test.ts`. */
const playable = ['vp9-fmp4-2', 'av1-fmp4-2'] as const

const seconds = 6
let browser: Browser
let engine: EncodingEngine
let clip: string

beforeAll(async () => {
  const tools = await openTools()
  const directory = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory, signal: untroubled, workers: 2 })
  clip = path.join(directory, 'clip.mp4')
  await numberedClip(tools, clip, { seconds })
  browser = await openBrowser()
})

afterAll(async () => await browser?.close())

test.each(playable)(
  'hls.js plays a tree of %s, another rendition with every fragment, picture by picture',
  async (recipe) => {
    await engine.prove(recipe, { signal: untroubled })
    const ladder = [
      aRendition({ name: '180p', width: 320, height: 180, kbps: 3_600 }),
      aRendition({ name: '144p', width: 256, height: 144, kbps: 3_600 }),
    ]
    const options = { recipe, ladder, segmentFrames: 48, partSegments: 1 }
    const { folder, manifest } = await encodeTree(engine, await requestFor(engine, clip, options))
    const report = await play(browser, {
      ...{ folder, arrange: switchEveryFragment(2), rate: 24 },
      patienceMs: (seconds + 25) * 1_000,
    })
    expectSeamlessPlay(report, manifest)
    const [first = 0] = report.levels
    expect(report.levels).toEqual([first, 1 - first, first])
  },
)
