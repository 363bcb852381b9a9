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

test.each([
  ['a phone', 'dark', 360],
  ['a desk', 'light', 1_200],
] as const)(
  'a page that is not there says so within the frame, on %s',
  async (_, colorScheme, width) => {
    const shown = await visit(browser, `${scene.url}/no/such/page`, { width, colorScheme })
    const { page } = shown
    await page.getByRole('heading', { name: 'There is no page here' }).waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByText(/^Block [\d,]+$/).waitFor()
    await looksWhole(shown, `no-such-page-${width}`)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(new URL(page.url()).hash).toBe('#main')
    await page.context().close()
  },
)
