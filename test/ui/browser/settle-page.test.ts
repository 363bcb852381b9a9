import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { marketJobRoute } from '#protocol/api/market-jobs.ts'
import type { Cid } from '#protocol/ids.ts'
import { openBrowser } from '#test/support/browser.ts'
import { dashboardScene, looksWhole, signInOn, visit } from '#test/support/dashboard.ts'
import type { DashboardScene } from '#test/support/dashboard-scene.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'
import type { Newcomer } from '#test/support/newcomer.ts'
import { aNewcomer } from '#test/support/newcomer.ts'
import { makeTinyClip } from '#test/support/tiny-clip.ts'

const patient = { timeout: 120_000 }

let browser: Browser
let scene: DashboardScene
let newcomer: Newcomer
let source: Cid
let longSource: Cid

beforeAll(async () => {
  const folder = await makeFolder()
  const [clip, longClip] = [join(folder, 'clip.mp4'), join(folder, 'two-parts.mp4')]
  ;[browser, scene] = await Promise.all([
    openBrowser(),
    dashboardScene(),
    makeTinyClip(clip, 102, 4),
    makeTinyClip(longClip, 104, 18),
  ])
  newcomer = await aNewcomer(scene)
  source = await newcomer.upload(clip)
  longSource = await newcomer.upload(longClip)
})
afterAll(async () => await browser?.close())

const regionOf = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const inTimeline = (page: Page, title: string) =>
  regionOf(page, 'Timeline').getByText(title, { exact: true }).first().waitFor(patient)

async function openAs(account: string, job: string, look: Parameters<typeof visit>[2] = {}) {
  const keychain = { rpc: scene.rpc }
  const shown = await visit(browser, `${scene.url}/me`, { ...look, keychain })
  await signInOn(shown.page, account)
  const session = () => shown.page.evaluate("localStorage.getItem('spk-encoder session')")
  await expect.poll(session, patient).not.toBe(null)
  await shown.page.goto(`${scene.url}/jobs/${job}`)
  return shown
}

test('a creator says why it calls the arbiter, and reads how that ends', async () => {
  const { job, marketJob } = await newcomer.offer(source)
  const shown = await openAs('newcomer', job, { width: 360, colorScheme: 'dark' })
  const { page } = shown
  await page
    .getByRole('button', { name: /^Award to @/ })
    .first()
    .click(patient)
  const escrow = regionOf(page, 'Escrow')
  await escrow.getByRole('button', { name: 'Pay the encoder' }).waitFor(patient)
  expect(await escrow.getByRole('button').allInnerTexts()).toEqual([
    'Pay the encoder',
    'Call the arbiter',
  ])
  await escrow.getByRole('button', { name: 'Call the arbiter' }).click()
  const send = escrow.getByRole('button', { name: 'Call the arbiter' })
  await escrow.getByLabel('CID of a file that shows it').fill(scene.root)
  await escrow.getByText('Say what the file shows.').waitFor()
  expect(await send.isDisabled()).toBe(true)
  await escrow.getByLabel('What is to be known').fill('From 0:02 on it is black.\nLook.')
  await looksWhole(shown, 'dispute-form-360')
  await send.click()
  const dispute = regionOf(page, 'Dispute')
  await dispute.getByText('From 0:02 on it is black.').waitFor(patient)
  await inTimeline(page, 'Said of the dispute')
  await inTimeline(page, 'The arbiter has decided')
  await inTimeline(page, 'Paid to the encoder')
  await regionOf(page, 'Checks').getByText('ruling', { exact: true }).waitFor()
  expect(await escrow.count()).toBe(0)
  await looksWhole({ ...shown, complaints: [] }, 'dispute-ruled-360')
  const told = await newcomer.call(marketJobRoute, { params: { job: marketJob } })
  expect(told).toMatchObject({
    phase: 'settled',
    acts: [],
    dispute: { by: 'newcomer', evidence: [{ by: 'newcomer', evidence: scene.root }] },
    ruling: { verdict: 'pass', toEncoder: told.price },
  })
  await page.context().close()
})

test('a creator takes an offer back, and an encoder the work that it will not do', async () => {
  const taken = await newcomer.offer(source)
  const owner = await openAs('newcomer', taken.job)
  const offer = regionOf(owner.page, 'Your offer')
  await offer.getByRole('button', { name: 'Take the offer back' }).click(patient)
  await inTimeline(owner.page, 'Offer taken back')
  await looksWhole(owner, 'offer-withdrawn')
  await owner.page.context().close()

  const { job, marketJob } = await newcomer.offer(source)
  const encoder = await newcomer.award(marketJob)
  const shown = await openAs(encoder, job)
  const escrow = regionOf(shown.page, 'Escrow')
  await escrow.getByRole('button', { name: 'Give the money back' }).waitFor(patient)
  expect(await escrow.getByRole('button').allInnerTexts()).toEqual([
    'Give the money back',
    'Call the arbiter',
  ])
  await looksWhole({ ...shown, complaints: [] }, 'escrow-of-encoder')
  await escrow.getByRole('button', { name: 'Give the money back' }).click()
  await inTimeline(shown.page, 'Returned to the creator')
  const told = await newcomer.call(marketJobRoute, { params: { job: marketJob } })
  expect(told).toMatchObject({ phase: 'settled', acts: [], dispute: null })
  await shown.page.context().close()
})

test('a video in ranges is told by its ranges, and each range as what it is', async () => {
  const { whole, jobs } = await newcomer.offerParts(longSource)
  const shown = await visit(browser, `${scene.url}/jobs`, { width: 360, colorScheme: 'dark' })
  const { page } = shown
  const [, name = ''] = whole.split(':')
  const rows = page.getByRole('row').filter({ hasText: name.slice(-4) })
  await rows.filter({ hasText: 'Part 1 of 2' }).waitFor(patient)
  await rows.filter({ hasText: 'Part 2 of 2' }).getByRole('link').click()
  await page.getByRole('link', { name: 'a video in ranges' }).click()
  const ranges = regionOf(page, 'Ranges')
  await ranges.getByRole('link', { name: 'Part 1 of 2' }).waitFor()
  await ranges.getByText('bidding', { exact: true }).first().waitFor()
  expect(await page.getByRole('progressbar', { name: 'Parts made' }).getAttribute('value')).toBe(
    '0',
  )
  await looksWhole(shown, 'whole-360')
  // An offer that nobody awards holds a place of each encoder that bid for it.
  for (const job of jobs) await newcomer.withdraw(job)
  await expect.poll(() => ranges.getByText('cancelled', { exact: true }).count(), patient).toBe(2)
  // Its name is found where a job's would be looked for.
  await page.goto(`${scene.url}/jobs/${whole}`)
  await page.waitForURL(/\/wholes\//)
  await page.context().close()
})
