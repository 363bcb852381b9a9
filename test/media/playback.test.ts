import path from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import { openBrowser } from '#test/support/browser.ts'
import type { Tree } from '#test/support/clip.ts'
import { aRendition, encodeTree, requestFor } from '#test/support/clip.ts'
import { makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'
import { serveTree } from '#test/support/gateway.ts'
import { expectSeamlessPlay, leastFirstBytes, numberedClip } from '#test/support/numbered-clip.ts'
import type { Report } from '#test/support/player.ts'
import { play, switchEveryFragment } from '#test/support/player.ts'

const seconds = 12
const rate = 25

let browser: Browser
let tree: Tree

beforeAll(async () => {
  const tools = await openTools()
  const folder = await makeFolder()
  const engine = await createEncodingEngine({ tools }, { directory: folder, signal: untroubled })
  const clip = path.join(folder, 'clip.mp4')
  await numberedClip(tools, clip, { seconds, rate: `${rate}` })
  const large = aRendition({ name: '180p', width: 320, height: 180, kbps: 1800 })
  const small = aRendition({ name: '144p', width: 256, height: 144, kbps: 1400 })
  const request = await requestFor(engine, clip, {
    ladder: [large, small],
    segmentFrames: 4 * rate,
  })
  tree = await encodeTree(engine, request)
  for (const { segments } of tree.manifest.renditions)
    expect(segments[0]?.bytes).toBeGreaterThan(leastFirstBytes)
  browser = await openBrowser()
})

afterAll(async () => await browser?.close())

async function watch(arrange: string, master?: string): Promise<Report> {
  return await play(browser, {
    ...{ folder: tree.folder, arrange, patienceMs: (seconds + 60) * 1_000, rate },
    ...(master === undefined ? {} : { master }),
  })
}

test.concurrent('hls.js plays a tree to its end without a single error, jump or missing picture', async () => {
  expectSeamlessPlay(await watch(''), tree.manifest)
})

test.concurrent('it does so as well when the rendition changes with every fragment', async () => {
  const report = await watch(switchEveryFragment(4))
  expectSeamlessPlay(report, tree.manifest)
  const [first = 0] = report.levels
  expect(report.levels).toEqual([first, 1 - first, first])
})

test.concurrent("it plays as well from a node's own gateway, for a page of another origin", async () => {
  await using gateway = await serveTree(tree)
  expectSeamlessPlay(await watch('', gateway.master), tree.manifest)
  expectSeamlessPlay(await watch(switchEveryFragment(4), gateway.master), tree.manifest)
})
