import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { joinRoute } from '#protocol/api/join.ts'
import { createClient } from '#protocol/client.ts'
import { HiveAccount } from '#protocol/ids.ts'
import { openBrowser } from '#test/support/browser.ts'
import { dashboardScene, looksWhole, visit } from '#test/support/dashboard.ts'
import type { DashboardScene } from '#test/support/dashboard-scene.ts'
import { aCid } from '#test/support/encoding-jobs.ts'
import { aMarketVoice } from '#test/support/market-voice.ts'
import { until } from '#test/support/peers.ts'
import { uploadedClip } from '#test/support/uploaded-clip.ts'

let browser: Browser
let scene: DashboardScene

beforeAll(async () => {
  ;[browser, scene] = await Promise.all([openBrowser(), dashboardScene()])
})
afterAll(async () => await browser?.close())

test('a tab becomes a peer, hears an offer and a bid for it, and fetches a video block by block', async () => {
  const { addresses } = await createClient({ url: scene.url })(joinRoute, {})
  await using voice = await aMarketVoice(addresses, scene.rpc)
  const shown = await visit(browser, `${scene.url}/network`)
  const { page } = shown
  const card = page.getByRole('region', { name: 'Join from this tab' })
  await card.getByRole('button', { name: 'Join' }).click()
  await card.getByText(/^12D3KooW/).waitFor()

  const creator = HiveAccount.parse('newcomer')
  const encoder = HiveAccount.parse(scene.encoder)
  const row = card.getByRole('row', { name: new RegExp(`@${creator}`) })
  let number = 900
  await sayUntil(row.first(), async () => {
    number += 1
    await voice.offer(creator, number)
  })
  await sayUntil(row.getByRole('cell', { name: '1', exact: true }).first(), async () => {
    number += 1
    await voice.bid(encoder, await voice.offer(creator, number), 1n)
  })

  const clip = await uploadedClip(scene.url, creator)
  await card.getByLabel('Content to fetch by this tab').fill(clip)
  await card.getByRole('button', { name: 'Fetch and check' }).click()
  await card.getByText(/came from peer to peer, and each is what its id says/).waitFor()
  await card.getByLabel('Content to fetch by this tab').fill(aCid)
  await card.getByRole('button', { name: 'Fetch and check' }).click()
  await card.getByText(/the peer does not have/).waitFor()
  await looksWhole(shown, 'network-joined')

  await card.getByRole('button', { name: 'Leave' }).click()
  await card.getByRole('button', { name: 'Join' }).waitFor()
  expect(await card.getByText(/^12D3KooW/).count()).toBe(0)
  await page.context().close()
})

/** Gossip promises nothing, least of all before neighbours know what each listens to: what was not heard is said anew. */
async function sayUntil(heard: Locator, say: () => Promise<void>): Promise<void> {
  await until(async () => {
    await say()
    return await heard.waitFor({ timeout: 3_000 }).then(
      () => true,
      () => false,
    )
  })
}
