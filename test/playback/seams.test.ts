import path from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import { openBrowser } from '#test/support/browser.ts'
import { aRendition, encodeSegments, encodeTree, requestFor } from '#test/support/clip.ts'
import { makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'
import { openHardwareBench } from '#test/support/hardware-bench.ts'
import { numberedClip } from '#test/support/numbered-clip.ts'
import { expectTreeToPlay } from '#test/support/tree-play.ts'

const rate = 25
let browser: Browser
let engine: EncodingEngine
let request: EncodeRequest

/** Eight seconds: four parts of a segment of two seconds. */
beforeAll(async () => {
  const tools = await openTools()
  const directory = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory, signal: untroubled, workers: 2 })
  const clip = path.join(directory, 'clip.mp4')
  await numberedClip(tools, clip, { seconds: 8, rate: `${rate}`, isSilent: true })
  const ladder = [
    aRendition({ name: '180p', width: 320, height: 180, kbps: 3_600 }),
    aRendition({ name: '144p', width: 256, height: 144, kbps: 3_600 }),
  ]
  request = await requestFor(engine, clip, { ladder, segmentFrames: 2 * rate, partSegments: 1 })
  browser = await openBrowser()
})

afterAll(async () => await browser?.close())

test('a tree whose encode was stopped and went on plays over its seams', async () => {
  const early = (await encodeSegments(engine, request)).filter(
    ({ rendition, index }) => rendition !== 'audio' && index % 2 === 0,
  )
  const tree = await encodeTree(engine, request, early)
  await expectTreeToPlay(browser, tree, { seconds: 2, rate })
})

test('a tree that is partly of a GPU and partly of software plays over its seams', async () => {
  const bench = await openHardwareBench(
    engine,
    { amd: ['renderD128'] },
    [
      { encoder: 'h264_vaapi', when: 'work', times: 2, act: { type: 'encode' } },
      { encoder: 'h264_vaapi', when: 'work', act: { type: 'crash', signal: 'SIGSEGV' } },
    ],
    { proven: ['h264_vaapi'] },
  )
  const segments = await encodeSegments(bench.engine, request)
  const makers = segments
    .filter(({ rendition }) => rendition === '180p')
    .map(({ hardware = 'software' }) => hardware)
  expect(new Set(makers)).toEqual(new Set(['h264_vaapi', 'software']))
  const tree = await encodeTree(bench.engine, request, segments)
  await expectTreeToPlay(browser, tree, { seconds: 2, rate })
})
