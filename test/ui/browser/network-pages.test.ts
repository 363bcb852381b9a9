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
  'the network is told in figures, by tier and over time, on %s',
  async (_, colorScheme, width) => {
    const shown = await visit(browser, `${scene.url}/network?range=day`, { width, colorScheme })
    const { page } = shown
    await page.getByText('Last irreversible block').waitFor()
    await page.getByText('Held by escrows').waitFor()
    await page.getByRole('row', { name: /Desktop agents/ }).waitFor()
    const money = page.getByRole('region', { name: 'Money' }).first()
    await money.locator('canvas').waitFor()
    await money.getByText('Money as a table').click()
    // Other specs pay as well.
    expect(await money.getByRole('table').innerText()).toMatch(/\b0\.\d\d[1-9] HBD/)
    await looksWhole(shown, `network-${width}`)
    await page.getByRole('link', { name: '30 days' }).click()
    await page.waitForURL(/range=month/)
    await page.getByRole('region', { name: 'Jobs' }).first().locator('canvas').waitFor()
    await page.goBack()
    await page.waitForURL(/range=day/)
    await page.context().close()
  },
)

test.each(screens)(
  'encoders are found by what they ask, and their prices are told with transactions, on %s',
  async (_, colorScheme, width) => {
    const shown = await visit(browser, `${scene.url}/encoders`, { width, colorScheme })
    const { page } = shown
    const table = page.getByRole('table', { name: 'Encoders' })
    const name = table.getByRole('link', { name: `@${scene.encoder}`, exact: true })
    await name.waitFor()
    await looksWhole(shown, `encoders-${width}`)
    await page.getByLabel('Most per minute, HBD').fill('0')
    await page.getByLabel('Most per minute, HBD').press('Enter')
    await page.getByText('Nobody on the chain is like that.').waitFor()
    expect(page.url()).toContain('price=0')
    await page.goBack()
    await page.getByLabel('Order').selectOption('price')
    await page.waitForURL(/order=price/)
    await name.click()
    const prices = page.getByRole('region', { name: `Prices of @${scene.encoder}` })
    await prices.locator('canvas').waitFor()
    await prices
      .getByText(/^block [\d,]+$/)
      .first()
      .waitFor()
    await looksWhole(shown, `encoder-prices-${width}`)
    // The address alone has it all.
    await page.reload()
    await prices.waitFor()
    await prices.getByRole('link', { name: 'Close' }).click()
    await prices.waitFor({ state: 'detached' })
    expect(page.url()).toContain('order=price')
    await page.context().close()
  },
)
