import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import { openBrowser, serveFolder } from '#test/support/browser.ts'
import { aRendition, encodeTree, requestFor } from '#test/support/clip.ts'
import { ffmpeg, makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'

/** What Chromium has no decoder for, it can only refuse; H.265 is left to those who have one. */
const playable = ['vp9-fmp4-2', 'av1-fmp4-1'] as const

const seconds = 3
let browser: Browser
let engine: EncodingEngine
let clip: string

beforeAll(async () => {
  const tools = await openTools()
  const directory = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory, signal: untroubled })
  clip = path.join(directory, 'clip.mp4')
  const picture = `testsrc2=size=320x180:rate=24:duration=${seconds},noise=alls=8:allf=t`
  const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', `sine=duration=${seconds}`]
  await ffmpeg(tools, ...inputs, '-c:v', 'libx264', '-preset', 'ultrafast', clip)
  browser = await openBrowser()
})

afterAll(async () => await browser?.close())

/** Ends with the video, or where it stands still for longer than a video of this length may take. */
const playUntilEnd = `
  const video = document.querySelector('video')
  const errors = []
  window.report = new Promise((resolve) => {
    const tell = () => {
      const { totalVideoFrames: pictures } = video.getVideoPlaybackQuality()
      const { buffered, currentTime, duration } = video
      resolve({ isWhole: currentTime === duration, start: buffered.start(0), ranges: buffered.length, pictures, errors })
    }
    video.addEventListener('ended', tell)
    setTimeout(tell, ${(seconds + 25) * 1000})
    const hls = new Hls()
    hls.on(Hls.Events.ERROR, (_, { details, error }) => errors.push(details + ': ' + error?.message))
    hls.loadSource('/master.m3u8')
    hls.attachMedia(video)
    video.play()
  })
`

test.each(playable)(
  'hls.js plays a tree of %s from its first picture to its last',
  async (recipe) => {
    await engine.prove(recipe, { signal: untroubled })
    const ladder = [aRendition({ name: '180p', width: 320, height: 180, kbps: 600 })]
    const tree = await encodeTree(engine, await requestFor(engine, clip, { recipe, ladder }))
    const script = createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js')
    await using site = await serveFolder(tree.folder, {
      '/': '<link rel="icon" href="data:,"><video muted></video><script src="/hls.js"></script>',
      '/hls.js': await readFile(script, 'utf8'),
      '/play.js': playUntilEnd,
    })
    const tab = await browser.newPage()
    await tab.goto(site.address)
    await tab.addScriptTag({ url: '/play.js' })
    expect(await tab.evaluate('window.report')).toEqual({
      ...{ isWhole: true, start: 0, ranges: 1, pictures: 24 * seconds, errors: [] },
    })
    await tab.close()
  },
)
