import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '#test/support/browser.ts'
import { dashboardScene, looksWhole, visit } from '#test/support/dashboard.ts'
import type { DashboardScene } from '#test/support/dashboard-scene.ts'

let browser: Browser
let scene: DashboardScene

beforeAll(async () => {
  ;[browser, scene] = await Promise.all([openBrowser(), dashboardScene()])
})
afterAll(async () => await browser?.close())

const screens = [
  ['a phone', 'dark', 360],
  ['a desk', 'light', 1_200],
] as const

test.each(screens)(
  'an account is found in the directory and its score recomputed, on %s',
  async (_, colorScheme, width) => {
    const shown = await visit(browser, `${scene.url}/accounts`, { width, colorScheme })
    const { page } = shown
    const own = page.getByRole('link', { name: `@${scene.encoder}` })
    await own.waitFor()
    await looksWhole(shown, `accounts-${width}`)

    await page.getByLabel('Name begins with').fill('nobody')
    await page.getByText('Nobody in this role has a name that begins with nobody.').waitFor()
    await page.getByLabel('Name begins with').fill(scene.encoder.slice(0, 4))
    await own.waitFor()
    expect(new URL(page.url()).searchParams.get('search')).toBe(scene.encoder.slice(0, 4))
    await page.getByLabel('Order').selectOption('Last active')
    await own.click()

    await page.getByRole('heading', { name: `@${scene.encoder}`, level: 1 }).waitFor()
    await page.getByRole('img', { name: /^Score \d+ \(\d+ to \d+\)$/ }).waitFor()
    await page.getByText('Score as encoder as a table').waitFor()
    await page.getByText('Who pays for the work').waitFor()

    // The job behind the score opens the transactions behind the job.
    await page.locator('summary', { hasText: scene.job }).click()
    const steps = page.getByRole('list', { name: 'Transactions' }).getByRole('listitem')
    for (const step of ['Awarded', 'Delivered', 'Checked', 'Settled'])
      await steps.filter({ hasText: step }).first().waitFor()
    expect(await steps.first().locator('code').getAttribute('title')).toMatch(/^[0-9a-f]{40}$/)

    await page.getByRole('button', { name: 'Recompute' }).click()
    await page.getByText('Your browser comes to the same scores as the server.').waitFor()
    await page
      .locator('details[open]')
      .getByText(/worth \+\d+\.\d{3} points now/)
      .waitFor()
    await looksWhole(shown, `account-${width}`)
    await page.context().close()
  },
)

test('a server whose operations do not make its scores is told so plainly', async () => {
  const shown = await visit(browser, `${scene.url}/accounts/${scene.encoder}`)
  const { page } = shown
  await page.getByRole('button', { name: 'Recompute' }).waitFor()
  await page.route('**/api/encoding/history?*', async (route) => {
    const answer = await route.fetch()
    const { blocks, ...rest } = (await answer.json()) as { blocks: readonly object[] }
    await route.fulfill({ response: answer, json: { ...rest, blocks: blocks.slice(0, 0) } })
  })
  await page.getByRole('button', { name: 'Recompute' }).click()
  await page.getByText('Your browser comes to other scores than the server').waitFor()
  await page.getByText(/the server says \d+ \(\d+ to \d+\)/).waitFor()
  await page.goto(`${scene.url}/accounts/nobody-knows`)
  await page.getByText('Nobody has dealt with this account yet').waitFor()
  await page.goto(`${scene.url}/accounts/NOT%20A%20NAME`)
  await page.getByText('No account can have this name.').waitFor()
  await page.context().close()
})
