import path from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import type { JobView } from '#protocol/api/jobs.ts'
import { openBrowser } from '#test/support/browser.ts'
import { builtDashboard } from '#test/support/built-dashboard.ts'
import { filmClip } from '#test/support/clip.ts'
import { signInOn, visit } from '#test/support/dashboard.ts'
import { complaintsAbout, ffmpeg, makeFolder, openTools } from '#test/support/ffmpeg.ts'
import type { TestIndexer } from '#test/support/indexer.ts'
import { anIndexer } from '#test/support/indexer.ts'
import { makeShortClip } from '#test/support/short-clip.ts'

/** What a page's `<video>` is, as far as this file looks at it. */
type Media = { play(): Promise<void>; readonly currentTime: number }

let browser: Browser
let indexer: TestIndexer

beforeAll(async () => {
  const [dashboard, opened] = await Promise.all([builtDashboard(), openBrowser()])
  browser = opened
  indexer = await anIndexer({ dashboard })
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await indexer?.[Symbol.asyncDispose]()
})

test('a video with sound becomes a checked stream in the tab, and plays there', async () => {
  const tools = await openTools()
  const { page, complaints, posted } = await encodeHere(await makeShortClip(tools))
  // A job that no tab offers to encode would go on to the next tier.
  expect(posted.slice(0, posted.indexOf('/api/encoding/jobs'))).toContain(
    '/api/encoding/encoders/register',
  )
  const job = await latestJob()
  expect(job).toMatchObject({
    phase: 'completed',
    tier: 'browser',
    result: { qualities: ['480p'] },
  })
  const master = `${indexer.url}/ipfs/${job?.result?.outputCid}/master.m3u8`
  expect(await complaintsAbout(tools, master)).toBe('')
  const video = page.locator('video')
  await video.evaluate((element: Media) => element.play())
  await expect
    .poll(() => video.evaluate((element: Media) => element.currentTime), {
      timeout: 20_000,
    })
    .toBeGreaterThan(1)
  expect(complaints).toEqual([])
  await page.context().close()
})

test('a film, with cuts between its scenes, passes the check as well', async () => {
  const { page, complaints } = await encodeHere(await makeFilm(await openTools()))
  expect(await latestJob()).toMatchObject({ phase: 'completed', tier: 'browser' })
  expect(complaints).toEqual([])
  await page.context().close()
})

/** Gives a video to a page of its own, and waits until it is encoded and checked. */
async function encodeHere(clip: string) {
  const { page, complaints } = await visit(browser, `${indexer.url}/encode`)
  await signInOn(page, 'alice')
  const posted: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST') posted.push(new URL(request.url()).pathname)
  })
  await page.getByLabel(/Drop a video here/).setInputFiles(clip)
  const end = page.getByRole('heading', { name: /Encoded and checked|Not encoded/ })
  await end.waitFor({ timeout: 240_000 })
  expect(await page.locator('main').innerText()).toContain('Encoded and checked')
  return { page, complaints, posted }
}

async function latestJob(): Promise<JobView | undefined> {
  const { body } = await indexer.call('GET', '/api/encoding/jobs?owner=alice')
  return (body as { jobs: JobView[] }).jobs[0]
}

/** Twelve seconds of the film that lies beside the checkout; else of a clip whose colours turn about from one picture to the next. */
async function makeFilm(tools: FfmpegTools): Promise<string> {
  const film = await filmClip()
  if (!film) return await makeShortClip(tools, { filters: "negate=enable='between(t,4.5,7)'" })
  const file = path.join(await makeFolder(), 'film.mp4')
  const copied = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '17', '-c:a', 'aac']
  await ffmpeg(tools, '-ss', '2', '-t', '12', '-i', film, ...copied, file)
  return file
}
