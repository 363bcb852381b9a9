import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Peer } from '#node/peer.ts'
import { openBrowser } from '#test/support/browser.ts'
import { alice, bob, jobId } from '#test/support/builders.ts'
import { dashboardScene, looksWhole, visit } from '#test/support/dashboard.ts'
import type { TestDevchain } from '#test/support/devchain.ts'
import { aDevchain } from '#test/support/devchain.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'
import { marketOn } from '#test/support/market-on-chain.ts'
import { startOnlooker } from '#test/support/onlooker.ts'

let browser: Browser
let chain: TestDevchain
let node: Peer
const job = jobId('alice', 1)

/** A chain with a job that was paid, and a node that looks on. */
beforeAll(async () => {
  const [{ pages }, data] = await Promise.all([dashboardScene(), makeFolder()])
  const wealthy = { hbd: '100.000 HBD', hive: '50.000 HIVE' }
  chain = await aDevchain({ accounts: { alice: wealthy, bob: wealthy, carol: wealthy } })
  const market = marketOn(chain)
  await market.register(bob)
  await market.job({ number: 1, creator: alice, encoder: bob, price: 500n, ending: 'paid' })
  chain.produceBlocks(30)
  ;[browser, node] = await Promise.all([
    openBrowser(),
    startOnlooker({ rpc: chain.url, data, pages }),
  ])
})
afterAll(async () => {
  await browser?.close()
  await node?.[Symbol.asyncDispose]()
  await chain?.[Symbol.asyncDispose]()
})

test('a node shows a paid job and who stands behind it, and offers nothing to do', async () => {
  const address = `${node.dashboard}/api/encoding/market/jobs/${job}`
  const phase = async () => ((await (await fetch(address)).json()) as { phase?: string }).phase
  await expect.poll(phase, { timeout: 120_000 }).toBe('settled')
  const shown = await visit(browser, `${node.dashboard}`)
  const { page } = shown
  await page.getByText('Read-only, as this node knows the market').waitFor()
  const pages = page.getByRole('navigation').getByRole('link')
  expect(await pages.allTextContents()).toEqual(['Jobs', 'Encoders', 'Accounts', 'Network', 'API'])
  await page
    .getByRole('link', { name: job.slice(0, 10) })
    .first()
    .waitFor()
  await looksWhole(shown, 'node-home')

  await page.getByRole('navigation').getByRole('link', { name: 'Jobs' }).click()
  const [, number = ''] = job.split(':')
  const row = page.getByRole('row').filter({ hasText: number.slice(-4) })
  await row.getByText('paid', { exact: true }).waitFor()
  await row.getByRole('link').click()
  const timeline = page.getByRole('region', { name: 'Timeline' })
  for (const title of ['Offered to the community', 'Delivered', 'Paid to the encoder'])
    await timeline.getByText(title, { exact: true }).first().waitFor()
  await page.getByText('This server has no copy of the stream').waitFor()

  await page.getByRole('navigation').getByRole('link', { name: 'Encoders' }).click()
  await page.getByRole('link', { name: '@bob' }).first().waitFor()
  await page.getByRole('navigation').getByRole('link', { name: 'Accounts' }).click()
  await page.getByRole('link', { name: '@bob' }).click()
  await page.getByRole('img', { name: /^Score \d+ \(\d+ to \d+\)$/ }).waitFor()
  await page.locator('summary', { hasText: job }).waitFor()
  expect(await page.getByRole('button', { name: /recompute|sign|award|post/i }).count()).toBe(0)
  // The tree is where its owner keeps it; the browser notes that it asked for it here.
  const complaints = shown.complaints.filter((text) => !/404/.test(text))
  await looksWhole({ page, complaints }, 'node-account')

  await page.goto(`${node.dashboard}/me/settings`)
  await page.getByRole('heading', { name: 'This node only shows the market' }).waitFor()
  await page.context().close()
})
