import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { escrowRelease } from '#market/domain/hive-operations.ts'
import { acceptRoute, bidsRoute } from '#protocol/api/community.ts'
import { getJobRoute } from '#protocol/api/jobs.ts'
import { developmentTransactionRoute } from '#protocol/api/site.ts'
import type { Client } from '#protocol/client.ts'
import { createClient } from '#protocol/client.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import { EscrowId, HiveAccount } from '#protocol/ids.ts'
import type { HiveOperation } from '#protocol/transaction.ts'
import { openBrowser } from '#test/support/browser.ts'
import { dashboardScene, looksWhole, visit } from '#test/support/dashboard.ts'
import type { DashboardScene } from '#test/support/dashboard-scene.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'
import { makeTinyClip } from '#test/support/tiny-clip.ts'

const newcomer = HiveAccount.parse('newcomer')
const patient = { timeout: 120_000, interval: 200 }

let browser: Browser
let scene: DashboardScene
let clip: string
let source: string
beforeAll(async () => {
  clip = join(await makeFolder(), 'my-first-film.mp4')
  ;[browser, scene] = await Promise.all([
    openBrowser(),
    dashboardScene(),
    makeTinyClip(clip, 98, 4),
  ])
})
afterAll(async () => await browser?.close())

const atLadder = (page: Page) => page.getByRole('heading', { name: 'The ladder it gets' }).waitFor()

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

async function sign(call: Client, operations: readonly HiveOperation[]): Promise<void> {
  const body = { account: newcomer, role: 'active', operations } as const
  await call(developmentTransactionRoute, { body })
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
  expect(await page.getByRole('listitem').first().innerText()).toContain('1. My desktop')
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
  await expect.poll(async () => (await read()).marketJob, patient).not.toBe(null)
  const { marketJob, inputCid } = await read()
  source = inputCid
  if (!marketJob) throw new Error('the offer is on the chain')
  const bidders = async () => (await call(bidsRoute, { params: { job: marketJob } })).bids
  await expect.poll(async () => (await bidders()).length, patient).toBeGreaterThan(0)
  const [bid] = await bidders()
  if (!bid) throw new Error('there is a bid')
  const award = await call(acceptRoute, { body: { job: marketJob, encoder: bid.encoder } })
  await sign(call, award.operations)
  const told = async () => (await call(getJobRoute, { params: { id } })).progress
  await expect.poll(told, patient).toBe(100)
  const escrow = EscrowId.parse(award.operations[0]?.[1]['escrow_id'])
  const parties = { from: newcomer, to: bid.encoder, agent: award.arbiter, escrow }
  const release = { who: newcomer, receiver: bid.encoder, amount: award.price }
  await sign(call, [escrowRelease(parties, release)])
  await expect
    .poll(read, patient)
    .toMatchObject({ phase: 'completed', tier: 'community', paid: award.price })
  await page.context().close()
})

test('on a phone a video that the server has is named by its id; what is none is refused in words', async () => {
  const shown = await visit(browser, `${scene.url}/post`, { width: 360, colorScheme: 'dark' })
  const { page } = shown
  await signInAsNewcomer(page)
  const field = page.getByLabel(/paste the content id/)
  await field.fill('no id at all')
  await page.getByRole('button', { name: 'Look at it' }).click()
  await page.getByText('That is no content id').waitFor()
  await looksWhole(shown, 'post-source-phone')
  await field.fill(`ipfs://${source}`)
  await page.getByRole('button', { name: 'Look at it' }).click()
  await atLadder(page)
  await page.getByLabel('Ceiling in HBD').waitFor()
  await looksWhole(shown, 'post-form-phone')
  await page.getByRole('button', { name: 'Choose another video' }).click()
  const file = { name: 'notes.mp4', mimeType: 'video/mp4', buffer: Buffer.from('no video') }
  await page.getByLabel(/Drop a video here/).setInputFiles(file)
  await page.getByRole('heading', { name: 'Not taken' }).waitFor()
  await page.context().close()
})
