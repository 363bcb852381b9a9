import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import type { JobView } from '#protocol/api/jobs.ts'
import { openBrowser } from '#test/support/browser.ts'
import { builtDashboard } from '#test/support/built-dashboard.ts'
import { filmClip } from '#test/support/clip.ts'
import { signInOn, visit } from '#test/support/dashboard.ts'
import { complaintsAbout, ffmpeg, makeFolder, openTools } from '#test/support/ffmpeg.ts'
import type { TestIndexer } from '#test/support/indexer.ts'
import { anIndexer } from '#test/support/indexer.ts'
import type { ShortClipOptions } from '#test/support/short-clip.ts'
import { makeShortClip } from '#test/support/short-clip.ts'

const patient = { timeout: 30_000, interval: 100 }

let tools: FfmpegTools
let browser: Browser
let indexer: TestIndexer

beforeAll(async () => {
  tools = await openTools()
  const [dashboard, opened] = await Promise.all([builtDashboard(), openBrowser()])
  browser = opened
  const accounts = { alice: {}, bob: {}, carol: {}, dave: {}, arbiter: {} }
  indexer = await anIndexer({ dashboard }, { accounts })
})
afterAll(async () => {
  await browser?.close()
  await indexer?.[Symbol.asyncDispose]()
})

async function startWith(clip: string, account: string): Promise<Page> {
  const { page } = await visit(browser, `${indexer.url}/encode`)
  await signInOn(page, account)
  await page.getByLabel(/Drop a video here/).setInputFiles(clip)
  return page
}

const endOf = async (page: Page): Promise<string> => {
  const end = page.getByRole('heading', { name: /Encoded and checked|Not encoded/ })
  await end.waitFor({ timeout: 150_000 })
  return await page.locator('main').innerText()
}

async function jobOf(account: string): Promise<JobView> {
  const { body } = await indexer.call('GET', `/api/encoding/jobs?owner=${account}`)
  const [job] = (body as { jobs: JobView[] }).jobs
  if (!job) throw new Error(`@${account} has no job`)
  return job
}

/** A minute, over and over the same: long enough to be in the middle of. */
async function longClip(): Promise<string> {
  const once = await makeShortClip(tools, { seconds: 6 })
  const file = path.join(path.dirname(once), 'long.mp4')
  await ffmpeg(tools, '-stream_loop', '9', '-i', once, '-c', 'copy', file)
  return file
}

/** Waits until segments of a job are at the server. */
async function someSent(page: Page): Promise<void> {
  await page.getByText(/[1-9]\d* of \d+ segments sent/).waitFor({ timeout: 60_000 })
}

const standard = { width: 640, height: 480, seconds: 8 }

/** Hard edges between full colours come out otherwise where a picture's colours are calculated at their own, half size. */
const pale = { filters: 'eq=saturation=0.3' }

const kinds: readonly (readonly [kind: string, clip: ShortClipOptions])[] = [
  ['portrait, stored upright', { width: 608, height: 1080 }],
  ['without sound', { hasSound: false }],
  ['with sixty pictures a second', { rate: '60', seconds: 6 }],
  ['at 30000/1001 pictures a second', { rate: '30000/1001', seconds: 6 }],
  ['smaller than the rendition', { ...pale, width: 320, height: 240, seconds: 5 }],
  [
    'in full range',
    {
      ...{ seconds: 5, filters: 'scale=out_range=pc,format=yuvj420p' },
      output: ['-color_range', 'pc'],
    },
  ],
]

describe('a video', () => {
  test.each(kinds)('%s is encoded in a tab and passes the check', async (_, options) => {
    const page = await startWith(await makeShortClip(tools, options), 'alice')
    expect(await endOf(page)).toContain('Encoded and checked')
    const { result } = await jobOf('alice')
    const master = `${indexer.url}/ipfs/${result?.outputCid}/master.m3u8`
    expect(await complaintsAbout(tools, master)).toBe('')
    await page.context().close()
  })
})

test('a film of standard definition, whose colours are those of BT.601, passes the check', async () => {
  const film = (await filmClip()) ?? (await makeShortClip(tools, { ...pale, ...standard }))
  const clip = path.join(await makeFolder(), 'film.mp4')
  await ffmpeg(tools, '-t', '8', '-i', film, '-c', 'copy', clip)
  const page = await startWith(clip, 'alice')
  expect(await endOf(page)).toContain('Encoded and checked')
  await page.context().close()
})

test('a page that is loaded anew goes on where it was, and sends nothing twice', async () => {
  const page = await startWith(await longClip(), 'bob')
  await someSent(page)
  await page.reload()
  await page.getByText(/were there already/).waitFor({ timeout: 60_000 })
  expect(await endOf(page)).toContain('Encoded and checked')
  const job = await jobOf('bob')
  expect(job).toMatchObject({ phase: 'completed', attempts: 0 })
  await page.context().close()
})

test('the job of a tab that was closed falls to the next tier, once its lease has run out', async () => {
  const page = await startWith(await longClip(), 'carol')
  await someSent(page)
  await page.context().close()
  const { id, phase } = await jobOf('carol')
  expect(phase).toBe('leased')
  // What a minute's silence comes to, three times over.
  const silence = `update encoding_jobs set lease_expires_at = now(), attempts = 2 where id = '${id}'`
  await indexer.query(silence)
  await expect.poll(async () => (await jobOf('carol')).tier, patient).not.toBe('browser')
  expect(await jobOf('carol')).toMatchObject({ phase: 'queued', tier: 'agent' })
})

test('a cancelled encode ends its job', async () => {
  const page = await startWith(await longClip(), 'dave')
  await someSent(page)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByLabel(/Drop a video here/).waitFor()
  await expect.poll(async () => (await jobOf('dave')).phase, patient).toBe('cancelled')
  await page.context().close()
})
