import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JobView } from '#protocol/api/jobs.ts'
import { openBrowser } from '#test/support/browser.ts'
import { builtDashboard } from '#test/support/built-dashboard.ts'
import { signInOn, visit } from '#test/support/dashboard.ts'
import { complaintsAbout, openTools } from '#test/support/ffmpeg.ts'
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
  // Hard edges between full colours come out otherwise in a tab than the check allows for: a picture's colours have half its size.
  const clip = await makeShortClip(tools, { filters: 'eq=saturation=0.3' })
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
  // A job that no tab offers to encode would go on to the next tier.
  expect(posted.slice(0, posted.indexOf('/api/encoding/jobs'))).toContain(
    '/api/encoding/encoders/register',
  )
  const { body } = await indexer.call('GET', '/api/encoding/jobs?owner=alice')
  const [job] = (body as { jobs: JobView[] }).jobs
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
