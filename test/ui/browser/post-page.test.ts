import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CarReader } from '@ipld/car/reader'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { getJobRoute, listJobsRoute } from '#protocol/api/jobs.ts'
import type { Client } from '#protocol/client.ts'
import { createClient } from '#protocol/client.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { HiveAccount } from '#protocol/ids.ts'
import { openBrowser } from '#test/support/browser.ts'
import { dashboardScene, looksWhole, visit } from '#test/support/dashboard.ts'
import type { DashboardScene } from '#test/support/dashboard-scene.ts'
import { makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'

const patient = { timeout: 120_000 }

let browser: Browser
let scene: DashboardScene
let clip: string
let source: string
beforeAll(async () => {
  clip = join(await makeFolder(), 'my-first-film.mp4')
  // Two renditions: there is a quality to choose.
  const film = { signal: untroubled, width: 1280, height: 720, rate: '10', seconds: 4 }
  ;[browser, scene] = await Promise.all([
    openBrowser(),
    dashboardScene(),
    makeSampleClip(await openTools(), clip, film),
  ])
})
afterAll(async () => await browser?.close())

const atLadder = (page: Page) =>
  page.getByRole('heading', { name: 'The ladder it gets' }).waitFor(patient)

async function signInAsNewcomer(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Sign in as @newcomer/ }).click()
  await page.getByText('The development signer signs for @newcomer').waitFor()
}

/** As the page calls the server, for what other pages do. */
async function callerOf(page: Page): Promise<Client> {
  const kept = await page.evaluate<string>("localStorage.getItem('spk-encoder session')")
  const { token } = z.object({ token: z.string() }).parse(JSON.parse(kept))
  return createClient({ url: scene.url, headers: () => ({ authorization: `Bearer ${token}` }) })
}

/** How many jobs of the video the newcomer has posted. */
async function posted(page: Page): Promise<number> {
  const call = await callerOf(page)
  const { jobs } = await call(listJobsRoute, { query: { owner: HiveAccount.parse('newcomer') } })
  return jobs.filter(({ inputCid }) => inputCid === source).length
}

test('a newcomer drops a video, sees its ladder and price, signs by the development signer, and gets it encoded', async () => {
  const shown = await visit(browser, `${scene.url}/post`)
  const { page } = shown
  await page.getByText('Development chain: all money here is play money.').waitFor()
  await looksWhole(shown, 'post-sign-in')
  await signInAsNewcomer(page)
  await looksWhole(shown, 'post-source')
  await page.getByLabel(/Drop a video here/).setInputFiles(clip)
  await atLadder(page)
  // What the server knows needs no file any more.
  await page.reload()
  await atLadder(page)
  await page.getByText('my-first-film.mp4').waitFor()
  await page.getByLabel('Ceiling in HBD').waitFor()
  expect(await page.locator('main').innerText()).toMatch(/Median\s+0\.\d{3} HBD/)
  await page.getByRole('checkbox', { name: /My desktop/ }).check()
  await page.getByRole('button', { name: 'Ask My desktop earlier' }).click()
  expect(await page.getByRole('main').getByRole('listitem').first().innerText()).toContain(
    '1. My desktop',
  )
  await page.getByRole('checkbox', { name: /My desktop/ }).uncheck()
  await page.getByLabel('Ceiling in HBD').fill('nothing')
  const post = page.getByRole('button', { name: 'Post and sign with the development signer' })
  expect(await post.isDisabled()).toBe(true)
  await page.getByLabel('Ceiling in HBD').fill('0.2')
  await page.getByLabel('Arbiter').selectOption('arbiter')
  await page.getByLabel('To be delivered').selectOption('21600')
  await looksWhole(shown, 'post-form')
  await post.click()
  await page.waitForURL(/\/jobs\/[0-9a-f-]{36}$/)

  const call = await callerOf(page)
  const id = EncodingJobId.parse(page.url().slice(-36))
  const read = () => call(getJobRoute, { params: { id } })
  await page
    .getByRole('button', { name: /^Award to @/ })
    .first()
    .click(patient)
  source = (await read()).inputCid
  const told = async () => (await call(getJobRoute, { params: { id } })).progress
  await expect.poll(told, patient).toBe(100)
  await page.getByRole('button', { name: 'Pay the encoder' }).click(patient)
  await expect
    .poll(read, patient)
    .toMatchObject({ phase: 'completed', tier: 'community', paid: expect.any(BigInt) })
  // Whoever has only a browser looks at the work where he posted it, and takes it along.
  const result = page.getByRole('region', { name: 'Result' })
  await result.locator('video').waitFor(patient)
  await page.evaluate("document.querySelector('video').play()")
  await expect
    .poll(() => page.evaluate<number>("document.querySelector('video').currentTime"), patient)
    .toBeGreaterThan(0.5)
  for (const [quality, height] of [
    ['480p', 480],
    ['720p', 720],
  ] as const) {
    await result.getByLabel('Quality').selectOption({ label: quality })
    await page.evaluate("document.querySelector('video').currentTime = 0")
    await expect
      .poll(() => page.evaluate<number>("document.querySelector('video').videoHeight"), patient)
      .toBe(height)
  }
  await looksWhole({ ...shown, complaints: [] }, 'post-result')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    result.getByRole('link', { name: /CAR/ }).click(),
  ])
  const archive = await CarReader.fromBytes(await readFile(await download.path()))
  expect((await archive.getRoots()).map(String)).toEqual([(await read()).result?.outputCid])
  await page.context().close()
})

test('on a phone a video that the server has is posted by its id, and the offer waits for Keychain to be confirmed', async () => {
  const decisions = ['confirm', 'cancel', 'leave', 'confirm'] as const
  let asked = 0
  const decide = () => decisions[asked++] ?? 'confirm'
  const shown = await visit(browser, `${scene.url}/post`, {
    ...{ width: 360, colorScheme: 'dark', keychain: { rpc: scene.rpc, decide } },
  })
  const { page } = shown
  await page.getByLabel('Hive account').fill('newcomer')
  await page.getByRole('button', { name: 'Sign in with Keychain' }).click()
  const field = page.getByLabel(/paste the content id/)
  await field.fill('no id at all')
  await page.getByRole('button', { name: 'Look at it' }).click()
  await page.getByText('That is no content id').waitFor()
  await looksWhole(shown, 'post-source-phone')
  await field.fill(`ipfs://${source}`)
  await page.getByRole('button', { name: 'Look at it' }).click()
  await atLadder(page)
  const before = await posted(page)
  await page.getByLabel('Ceiling in HBD').waitFor()
  await looksWhole(shown, 'post-form-phone')
  await page.getByRole('button', { name: 'Post and sign with Keychain' }).click()
  await page.getByText('It was cancelled in Hive Keychain').waitFor()
  // What is posted stays posted, and is signed by the page that is loaded then.
  await page.reload()
  await page.getByText('The job is posted, its offer is not: the page was left').waitFor()
  const again = page.getByRole('button', { name: 'Sign the offer with Keychain' })
  await again.click()
  await page.getByText('Confirm in Hive Keychain: Sign custom json with the posting key').waitFor()
  await looksWhole(shown, 'post-keychain-phone')
  await page.getByRole('button', { name: 'Stop waiting' }).click()
  await page.getByText('You stopped waiting for it.').waitFor()
  await again.click()
  await page.waitForURL(/\/jobs\/[0-9a-f-]{36}$/)
  const id = EncodingJobId.parse(page.url().slice(-36))
  const call = await callerOf(page)
  const offered = async () => (await call(getJobRoute, { params: { id } })).marketJob
  await expect.poll(offered, patient).not.toBe(null)
  expect(await posted(page)).toBe(before + 1)
  await page.context().close()
})

test('an upload that a reload cuts short goes on from there, and what is no video is refused in words', async () => {
  const file = join(await makeFolder(), 'no-film.mp4')
  await writeFile(file, randomBytes(4_000_000))
  const { page } = await visit(browser, `${scene.url}/post`)
  await signInAsNewcomer(page)
  const wire = await page.context().newCDPSession(page)
  const limit = { offline: false, latency: 0, downloadThroughput: -1 }
  await wire.send('Network.enable')
  await wire.send('Network.emulateNetworkConditions', { ...limit, uploadThroughput: 500_000 })
  const picker = page.getByLabel(/Drop a video here/)
  await picker.setInputFiles(file)
  await page.getByText(/B a second, .* left/).waitFor()
  const sent = () =>
    page.evaluate<number>(
      "JSON.parse(localStorage.getItem('spk-encoder post') ?? '{}').percent ?? 0",
    )
  await expect.poll(sent, patient).toBeGreaterThan(20)
  await page.reload()
  await page.getByText(/stopped at \d+ %/).waitFor()
  await wire.send('Network.emulateNetworkConditions', { ...limit, uploadThroughput: -1 })
  const [resumed] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'HEAD'),
    picker.setInputFiles(file),
  ])
  expect(Number(resumed.headers()['upload-offset'])).toBeGreaterThan(0)
  await page.getByRole('heading', { name: 'Not taken' }).waitFor()
  await page.getByRole('button', { name: 'Try another video' }).click()
  await picker.waitFor()
  await page.context().close()
})
