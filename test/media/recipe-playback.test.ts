import path from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import { openBrowser } from '#test/support/browser.ts'
import { aRendition, encodeTree, requestFor } from '#test/support/clip.ts'
import { makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'
import { numberedClip } from '#test/support/numbered-clip.ts'
import { expectTreeToPlay } from '#test/support/tree-play.ts'

/** What Chromium has no decoder for, it can only refuse; H.265 is parsed by `test/playback/h265.test.ts`. */
const playable = ['vp9-fmp4-3', 'av1-fmp4-3'] as const

const seconds = 6
let browser: Browser
let engine: EncodingEngine
let clip: string

beforeAll(async () => {
  const tools = await openTools()
  const directory = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory, signal: untroubled, workers: 2 })
  clip = path.join(directory, 'clip.mp4')
  await numberedClip(tools, clip, { seconds, size: '416x234', rate: '25' })
  browser = await openBrowser()
})

afterAll(async () => await browser?.close())

test.each(playable)(
  'hls.js plays a tree of %s, another rendition with every fragment, picture by picture',
  async (recipe) => {
    await engine.prove(recipe, { signal: untroubled })
    const ladder = [
      aRendition({ name: '234p', width: 416, height: 234, kbps: 6_000 }),
      aRendition({ name: '216p', width: 384, height: 216, kbps: 6_000 }),
    ]
    const options = { recipe, ladder, segmentFrames: 50, partSegments: 1 }
    const tree = await encodeTree(engine, await requestFor(engine, clip, options))
    await expectTreeToPlay(browser, tree, { seconds: 2, rate: 25 })
  },
)
