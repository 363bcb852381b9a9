import path from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { WorkProgress } from '#market/ports/processing.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { openBrowser } from '#test/support/browser.ts'
import { alice } from '#test/support/builders.ts'
import { aRendition, requestFor } from '#test/support/clip.ts'
import type { EncodingNode } from '#test/support/encoding-node.ts'
import { openEncodingNode } from '#test/support/encoding-node.ts'
import { makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'
import { gatedEngine } from '#test/support/gated-engine.ts'
import { expectToPlayWhileItGrows } from '#test/support/growing-play.ts'
import { numberedClip } from '#test/support/numbered-clip.ts'

const seconds = 12
const patience = { timeout: 60_000, interval: 20 }

let tools: FfmpegTools
let engine: EncodingEngine
let request: EncodeRequest
let browser: Browser

/** Twelve seconds in two renditions: three parts of two segments of two seconds, heavy enough to be played. */
beforeAll(async () => {
  tools = await openTools()
  const folder = await makeFolder()
  const options = { directory: folder, signal: untroubled, workers: 2 }
  engine = await createEncodingEngine({ tools }, options)
  const clip = path.join(folder, 'clip.mp4')
  await numberedClip(tools, clip, { seconds })
  const ladder = [
    aRendition({ name: '180p', width: 320, height: 180, kbps: 1800 }),
    aRendition({ name: '144p', width: 256, height: 144, kbps: 1800 }),
  ]
  request = await requestFor(engine, clip, { ladder, segmentFrames: 48 })
  browser = await openBrowser()
})

afterAll(async () => await browser?.close())

function run({ processor }: EncodingNode, offer: JobOffer) {
  const progress: WorkProgress[] = []
  const onProgress = (told: WorkProgress) => void progress.push(told)
  const delivery = processor.process(offer, alice, { signal: untroubled, onProgress })
  return { progress, delivery }
}

const segmentsIn = (playlist: string | null): readonly string[] =>
  playlist?.match(/^\/ipfs\/\w+$/gm) ?? []

test('a job’s playlists grow with its parts, up to the first gap, and are closed in the end', async () => {
  const gate = gatedEngine(engine, request)
  await using node = await openEncodingNode(gate.engine, tools)
  const offer = await node.offer(request)
  const address = (file: string) => `/jobs/${offer.job}/${file}`
  const videos = () =>
    Promise.all(['180p', '144p'].map((name) => node.read(address(`${name}/index.m3u8`))))
  const { progress, delivery } = run(node, offer)

  // The second part is there long before the first one, and nothing can be played for it.
  gate.let(1)
  await expect.poll(() => progress.some(({ percent }) => percent > 20), patience).toBe(true)
  expect(await node.read(address('master.m3u8'))).toBeNull()

  const seen: string[] = []
  for (const [released, listed] of [
    [0, 4],
    [2, 6],
  ] as const) {
    gate.let(released)
    await expect
      .poll(async () => segmentsIn((await videos())[0] ?? null).length, patience)
      .toBeGreaterThanOrEqual(listed)
    const [large = null, small = null] = await videos()
    expect(segmentsIn(small)).toHaveLength(segmentsIn(large).length)
    for (const segment of [...segmentsIn(large), ...segmentsIn(small)])
      expect(await node.read(segment)).not.toBeNull()
    seen.push(large ?? '')
    if (listed === 6) break
    expect(segmentsIn(large)).toHaveLength(listed)
    expect(large).toContain('#EXT-X-PLAYLIST-TYPE:EVENT\n')
    expect(large).not.toContain('#EXT-X-ENDLIST')
    expect(await node.read(address('master.m3u8'))).toContain('180p/index.m3u8')
    const { headers } = await fetch(new URL(address('180p/index.m3u8'), node.url))
    expect(headers.get('cache-control')).toBe('no-store')
  }

  const { root } = await delivery
  const whole = (await videos())[0] ?? ''
  expect(whole).toContain('#EXT-X-PLAYLIST-TYPE:VOD\n')
  expect(whole.endsWith('#EXT-X-ENDLIST\n')).toBe(true)
  expect(whole).toBe(await node.read(`/ipfs/${root}/180p/index.cid.m3u8`))
  for (const earlier of seen)
    expect(segmentsIn(whole).slice(0, segmentsIn(earlier).length)).toEqual(segmentsIn(earlier))

  const previews = new Set(progress.flatMap(({ preview }) => preview ?? []))
  expect(previews.size).toBeGreaterThanOrEqual(1)
  for (const preview of previews) {
    expect(await node.read(`/ipfs/${preview}/master.m3u8`)).not.toBeNull()
    expect(await node.read(`/ipfs/${preview}/manifest.json`)).toBeNull()
  }

  expect(await node.read(address('480p/index.m3u8'))).toBeNull()
  expect(await node.read('/jobs/nobody/master.m3u8')).toBeNull()
  node.processor.release(offer.job)
  expect(await node.read(address('master.m3u8'))).toBeNull()
})

test('hls.js plays a job from its beginning while it is being encoded, to its end', async () => {
  await expectToPlayWhileItGrows(browser, { engine, tools }, request)
})
