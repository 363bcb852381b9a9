import path from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { segmentStart } from '#protocol/grid.ts'
import { openBrowser } from '#test/support/browser.ts'
import type { Tree } from '#test/support/clip.ts'
import { aRendition, encodeTree, requestFor } from '#test/support/clip.ts'
import { complaintsAbout, makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'
import { expectSeamlessPlay, numberedClip } from '#test/support/numbered-clip.ts'
import { openPage, play, switchEveryFragment } from '#test/support/player.ts'

const seconds = 6
const segmentSeconds = 2

let browser: Browser
let tools: FfmpegTools
let tree: Tree

beforeAll(async () => {
  tools = await openTools()
  const directory = await makeFolder()
  const options = { directory, signal: untroubled, workers: 2 }
  const engine = await createEncodingEngine({ tools }, options)
  const recipe = 'h265-fmp4-3'
  await engine.prove(recipe, { signal: untroubled })
  const clip = path.join(directory, 'clip.mp4')
  await numberedClip(tools, clip, { seconds })
  const ladder = [
    aRendition({ name: '180p', width: 320, height: 180, kbps: 3_600 }),
    aRendition({ name: '144p', width: 256, height: 144, kbps: 3_600 }),
  ]
  const request = await requestFor(engine, clip, { recipe, ladder, segmentFrames: 48 })
  tree = await encodeTree(engine, request)
  browser = await openBrowser()
})

afterAll(async () => await browser?.close())

/** What hls.js has made of a tree that it takes its browser to play. */
type Parsed = {
  readonly errors: readonly string[]
  /** What it asked of the browser for the pictures. */
  readonly type: string
  /** Rendition, and the first and last time of each fragment of pictures. */
  readonly fragments: readonly (readonly [level: number, start: number, end: number])[]
}

/**
 * A browser that has no decoder for H.265 still has all of hls.js. In the place of its buffer for pictures stands one that takes
 * them and says what it holds; sound goes to the browser's own, so that the clock runs and the video ends.
 */
const takingPictures = `
  const isBufferedFirst = false
  const parsed = { errors: [], type: '', fragments: [] }
  class Pictures extends EventTarget {
    updating = false
    timestampOffset = 0
    end = 0
    get buffered() {
      return { length: this.end > 0 ? 1 : 0, start: () => 0, end: () => this.end }
    }
    appendBuffer(data) {
      const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset, data.byteLength)
      const isMedia = String.fromCharCode(...bytes.subarray(4, 8)) !== 'ftyp'
      this.updating = true
      this.dispatchEvent(new Event('updatestart'))
      queueMicrotask(() => {
        this.updating = false
        if (isMedia) this.end += ${segmentSeconds}
        this.dispatchEvent(new Event('update'))
        this.dispatchEvent(new Event('updateend'))
      })
    }
    abort() {}
    remove() {}
    changeType() {}
  }
  const pictures = new Pictures()
  const { isTypeSupported } = MediaSource
  const { addSourceBuffer } = MediaSource.prototype
  MediaSource.isTypeSupported = (type) => /hvc1/.test(type) || isTypeSupported.call(MediaSource, type)
  MediaSource.prototype.addSourceBuffer = function (type) {
    if (!/hvc1/.test(type)) return addSourceBuffer.call(this, type)
    parsed.type = type
    return pictures
  }
  const video = document.querySelector('video')
  const hls = new Hls({ useMediaCapabilities: false })
  hls.on(Hls.Events.ERROR, (_, { details, error }) => parsed.errors.push(details + ': ' + error?.message))
  hls.on(Hls.Events.FRAG_PARSED, (_, { frag }) => {
    if (frag.type !== 'main') return
    const { startPTS, endPTS } = frag.elementaryStreams.video
    parsed.fragments.push([frag.level, startPTS, endPTS])
  })
  ${switchEveryFragment(segmentSeconds)}
  window.report = new Promise((resolve) => {
    video.addEventListener('ended', () => resolve(parsed))
    setTimeout(() => resolve(parsed), ${(seconds + 25) * 1_000})
  })
  hls.loadSource('/master.m3u8')
  hls.attachMedia(video)
  video.play()
`

test('hls.js takes a tree of H.265 apart, another rendition with every fragment, and asks for the codec that it is', async () => {
  await using page = await openPage(browser, tree.folder, takingPictures)
  const { errors, type, fragments } = await page.evaluate<Parsed>('window.report')
  expect(errors).toEqual([])
  const { renditions, grid } = tree.manifest
  expect(type).toContain(renditions[fragments[0]?.[0] ?? 0]?.codecs)
  const [first = 0] = fragments.map(([level]) => level)
  expect(fragments.map(([level]) => level)).toEqual([first, 1 - first, first])
  for (const [index, [, start, end]] of fragments.entries()) {
    expect(start).toBeCloseTo(segmentStart(grid, index) / 24, 3)
    expect(end).toBeCloseTo(segmentStart(grid, index + 1) / 24, 3)
  }
})

test('a Chromium that decodes H.265 plays it, and one that does not refuses it at once for its codec', async () => {
  const { folder, manifest } = tree
  await using page = await openPage(browser, folder, '')
  const type = `video/mp4; codecs="${manifest.renditions[0]?.codecs}"`
  const isKnown = await page.evaluate<boolean>(`MediaSource.isTypeSupported('${type}')`)
  const report = await play(browser, {
    ...{ folder, arrange: switchEveryFragment(segmentSeconds), isBufferedFirst: true, rate: 24 },
    patienceMs: (seconds + 60) * 1_000,
  })
  if (isKnown) expectSeamlessPlay(report, manifest)
  else
    expect(report).toMatchObject({
      errors: [expect.stringMatching(/^manifestIncompatibleCodecsError/)],
      seen: [],
    })
})

test('FFmpeg decodes all of it without a word', async () => {
  expect(await complaintsAbout(tools, tree.master)).toBe('')
})
