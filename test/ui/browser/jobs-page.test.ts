import { randomUUID } from 'node:crypto'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { claimRoute, completeRoute, progressRoute } from '#protocol/api/agent.ts'
import { registerEncoderRoute } from '#protocol/api/encoders.ts'
import { submitJobRoute } from '#protocol/api/jobs.ts'
import { challengeRoute, signInRoute } from '#protocol/api/sessions.ts'
import type { Client } from '#protocol/client.ts'
import { createClient } from '#protocol/client.ts'
import { Signature } from '#protocol/envelope.ts'
import { HiveAccount } from '#protocol/ids.ts'
import { openBrowser } from '#test/support/browser.ts'
import { dashboardScene, looksWhole, visit } from '#test/support/dashboard.ts'
import type { DashboardScene } from '#test/support/dashboard-scene.ts'
import { aCid, aResult } from '#test/support/encoding-jobs.ts'
import { signedText } from '#test/support/indexer.ts'

let browser: Browser
let scene: DashboardScene

beforeAll(async () => {
  ;[browser, scene] = await Promise.all([openBrowser(), dashboardScene()])
})
afterAll(async () => await browser?.close())

const places = [
  ['a phone', 'dark', 360],
  ['a desk', 'light', 1_200],
] as const

/** Calls the indexer as an account of the market. */
async function callAs(name: string): Promise<Client> {
  const { url } = scene
  const account = HiveAccount.parse(name)
  const { nonce, text } = await createClient({ url })(challengeRoute, { body: { account } })
  const signature = Signature.parse(signedText(text, name))
  const { token } = await createClient({ url })(signInRoute, {
    body: { account, nonce, signature },
  })
  return createClient({ url, headers: () => ({ authorization: `Bearer ${token}` }) })
}

test.each(places)(
  'a paid job is told from its offer to its money, on %s',
  async (_, colorScheme, width) => {
    const shown = await visit(browser, scene.url, { width, colorScheme })
    const { page } = shown
    await page.getByRole('heading', { name: 'A market for video encoding' }).waitFor()
    const latest = page.getByRole('region', { name: 'Latest jobs' })
    await latest.getByRole('listitem').getByRole('link').first().waitFor()
    await looksWhole(shown, `home-${width}`)
    await page.getByRole('navigation').getByRole('link', { name: 'Jobs' }).click()
    // Other specs post jobs meanwhile, and a row far down the list is not drawn.
    await page.getByLabel('State').selectOption('Done')
    await page.getByLabel('Made by').selectOption('Community')
    const [, number = ''] = scene.job.split(':')
    const row = page.getByRole('row').filter({ hasText: number.slice(-4) })
    await row.getByText('paid', { exact: true }).waitFor()
    await looksWhole(shown, `jobs-${width}`)
    await row.getByRole('link').click()
    const timeline = page.getByRole('region', { name: 'Timeline' })
    for (const title of ['Offered to the community', 'Delivered', 'Paid to the encoder', 'Rated'])
      await timeline.getByText(title, { exact: true }).first().waitFor()
    await timeline.getByText(`@creator to @${scene.encoder}`).first().waitFor()
    await page.getByRole('region', { name: 'Checks' }).getByText('pass', { exact: true }).waitFor()
    await page.getByRole('region', { name: 'Bids' }).waitFor()
    await page.getByText('This server has no copy of the stream').waitFor()
    await looksWhole(
      { ...shown, complaints: shown.complaints.filter((text) => !/404/.test(text)) },
      `job-${width}`,
    )
    await page.goBack()
    await row.waitFor()
    await page.context().close()
  },
)

test('a job of the queue is seen at work without asking again, and its list by its state', async () => {
  const call = await callAs('creator')
  const encoderId = `desk-${randomUUID()}`
  await call(registerEncoderRoute, { body: { id: encoderId, kind: 'agent' } })
  const permlink = `holiday-${randomUUID().slice(0, 8)}`
  const { job } = await call(submitJobRoute, {
    body: { permlink, inputCid: aCid, tiers: ['agent'], budget: null },
  })
  const shown = await visit(browser, `${scene.url}/jobs?state=waiting&owner=creator`)
  const { page } = shown
  await page.getByRole('link', { name: permlink }).click()
  await page.getByRole('region', { name: 'Timeline' }).getByText('Posted').waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  const claimed = (await call(claimRoute, { body: { encoderId } })).job
  expect(claimed?.jobId).toBe(job.id)
  const lease = { jobId: job.id, encoderId, fencingToken: claimed!.fencingToken }
  await call(progressRoute, { body: { ...lease, stage: 'encoding', progress: 40 } })
  const work = page.getByRole('region', { name: 'At work' })
  await work.getByText('40 %', { exact: true }).waitFor()
  await work.getByText('100 %', { exact: true }).waitFor()
  await looksWhole(shown, 'job-at-work')
  const { outputCid, manifestPath, qualities, processingTimeSec, outputSizeBytes } = aResult()
  const result = {
    outputCid,
    manifestPath,
    qualities: [...qualities],
    processingTimeSec,
    outputSizeBytes,
  }
  await call(completeRoute, { body: { ...lease, ...result } })
  await page.getByRole('region', { name: 'Timeline' }).getByText('Done', { exact: true }).waitFor()
  await page.goto(`${scene.url}/jobs?state=done&tier=agent`)
  await page.getByRole('link', { name: permlink }).waitFor()
  await page.getByLabel('State').selectOption('Failed')
  await page.getByText('No job is like that.').waitFor()
  expect(new URL(page.url()).searchParams.get('state')).toBe('failed')
  await page.context().close()
})

test('a name that is no job says so', async () => {
  const shown = await visit(browser, `${scene.url}/jobs/whatever`)
  await shown.page.getByRole('heading', { name: 'No job' }).waitFor()
  await looksWhole(shown, 'no-job')
  await shown.page.context().close()
})
