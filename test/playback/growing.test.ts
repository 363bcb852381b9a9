import path from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { openBrowser } from '#test/support/browser.ts'
import { aRendition, requestFor } from '#test/support/clip.ts'
import { makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'
import { expectToPlayWhileItGrows } from '#test/support/growing-play.ts'
import { numberedClip } from '#test/support/numbered-clip.ts'

let browser: Browser
let tools: FfmpegTools
let engine: EncodingEngine
let clip: string

beforeAll(async () => {
  tools = await openTools()
  const directory = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory, signal: untroubled, workers: 2 })
  clip = path.join(directory, 'clip.mp4')
  await numberedClip(tools, clip, { seconds: 12 })
  browser = await openBrowser()
})

afterAll(async () => await browser?.close())

test.each(['vp9-fmp4-3', 'av1-fmp4-3'] as const)(
  'hls.js plays a job of %s while it is being encoded, to its end',
  async (recipe) => {
    await engine.prove(recipe, { signal: untroubled })
    const ladder = [
      aRendition({ name: '180p', width: 320, height: 180, kbps: 3_600 }),
      aRendition({ name: '144p', width: 256, height: 144, kbps: 3_600 }),
    ]
    const request = await requestFor(engine, clip, { recipe, ladder, segmentFrames: 48 })
    await expectToPlayWhileItGrows(browser, { engine, tools }, request)
  },
)
