import { expect, test } from 'vitest'
import { openBrowser } from '#test/support/browser.ts'
import { builtDashboard } from '#test/support/built-dashboard.ts'
import { serveDashboard } from '#test/support/long-list-server.ts'

const jobs = 1_000
const patient = { timeout: 60_000 }

test('a long list draws what is on the screen, and is walked by keys while a thousand events a second come', async () => {
  await using server = await serveDashboard(await builtDashboard(), jobs)
  const browser = await openBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 1_200, height: 900 } })
    await page.goto(`${server.url}/jobs`)
    const table = page.getByRole('table')
    const scrollToEnd = async () => {
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)')
      return await table.getAttribute('aria-rowcount')
    }
    await expect.poll(scrollToEnd, patient).toBe(String(jobs + 1))
    await page.getByText(`film ${jobs - 1}`).waitFor()
    expect(await page.getByRole('row').count()).toBeLessThan(60)
    const end = server.storm(1_000)
    await page.evaluate('scrollTo(0, 0)')
    await page.getByRole('link', { name: 'film 0', exact: true }).focus()
    for (let steps = 0; steps < 40; steps += 1) {
      const next = page.getByRole('link', { name: `film ${steps + 1}`, exact: true })
      await page.keyboard.press('ArrowDown')
      await expect.poll(() => next.evaluate((link) => link.matches(':focus')), patient).toBe(true)
    }
    end()
    expect(await page.getByRole('row').count()).toBeLessThan(60)
  } finally {
    await browser.close()
  }
})
