import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { earningsRoute } from '#protocol/api/earnings.ts'
import { createClient } from '#protocol/client.ts'
import { HiveAccount } from '#protocol/ids.ts'
import type { TestAgent } from '#test/support/agent.ts'
import { anAgent, ownerToken } from '#test/support/agent.ts'
import { openBrowser } from '#test/support/browser.ts'
import type { Visit } from '#test/support/dashboard.ts'
import { dashboardScene, looksWhole, signInOn, visit } from '#test/support/dashboard.ts'
import type { DashboardScene } from '#test/support/dashboard-scene.ts'
import { hbdText } from '#ui/shared/format.ts'

let browser: Browser
let scene: DashboardScene
let account: HiveAccount

beforeAll(async () => {
  ;[browser, scene] = await Promise.all([openBrowser(), dashboardScene()])
  account = HiveAccount.parse(scene.encoder)
})
afterAll(async () => await browser?.close())

const open = async (page: Page, part: string): Promise<void> =>
  await page
    .getByRole('navigation', { name: 'My account' })
    .getByRole('link', { name: part })
    .click()

test('an encoder sees what it has earned, and takes it along as a file', async () => {
  const call = createClient({ url: scene.url })
  // Others may have this encoder work meanwhile; what this job has brought stays as it is.
  const { earnings } = await call(earningsRoute, { params: { account } })
  const paid = earnings.find(({ job }) => job === scene.job)
  const amount = hbdText(paid?.amount ?? 0n)
  const shown = await visit(browser, `${scene.url}/me`, { width: 360, colorScheme: 'dark' })
  const { page } = shown
  await signInOn(page, account)
  const row = page.getByRole('row').filter({ hasText: scene.job })
  await row.waitFor()
  expect(await row.innerText()).toContain(amount)
  await looksWhole(shown, 'me-earnings-360')
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save as CSV' }).click()
  const file = await (await saving).path()
  const lines = (await readFile(file, 'utf8')).split('\r\n')
  expect(lines.filter((line) => line.includes(scene.job))).toEqual([
    expect.stringContaining(
      `,${paid?.transaction},${scene.job},encoder,${amount.replace(' ', ',')}`,
    ),
  ])
  await page.getByRole('link', { name: 'Last month' }).click()
  await page.getByText('No escrow has paid this account in this time.').waitFor()
  expect(page.url()).toContain('period=last-month')
  await page.context().close()
})

test('settings are checked before they are sent, kept, and found in the audit trail', async () => {
  const shown = await visit(browser, `${scene.url}/me/settings`)
  const { page } = shown
  await signInOn(page, account)
  const budget = page.getByLabel('Most that the community is paid for a job, HBD')
  await budget.fill('1.2345')
  await page.getByRole('button', { name: 'Save settings' }).click()
  await page.getByText('Not saved: look at the fields that are marked.').waitFor()
  expect(await budget.getAttribute('aria-invalid')).toBe('true')
  await looksWhole(shown, 'me-settings-1200')
  await budget.fill('0,5')
  await page.getByRole('button', { name: 'Save settings' }).click()
  await page.getByText('Saved.').waitFor()
  await page.reload()
  await budget.waitFor()
  expect(await budget.inputValue()).toBe('0.500')
  await open(page, 'Audit trail')
  await page.getByText('settings.changed').first().waitFor()
  await looksWhole(shown, 'me-audit-1200')
  await open(page, 'Webhooks')
  await page.getByText('No webhook of yours has been called yet.').waitFor()
  await open(page, 'Keys')
  await page.getByText('Active key').waitFor()
  await looksWhole(shown, 'me-keys-1200')
  await page.context().close()
})

/** Where the page looks for its machine's agent, which no test can count on to be free. */
const agentAddress = /^http:\/\/127\.0\.0\.1:3002/

async function reach(page: Page, agent: TestAgent): Promise<void> {
  await page.route(agentAddress, async (route) => {
    const request = route.request()
    const url = request.url().replace(agentAddress, agent.url)
    // Browsers say so only once a request leaves them.
    const headers = { ...request.headers(), origin: scene.url }
    await route.fulfill({ response: await route.fetch({ url, headers }) })
  })
}

/** Asking the agent is what the page is for, and one that it is not paired with says so. */
function withoutAgent({ page, complaints }: Visit): Visit {
  const isOwn = (complaint: string): boolean => !/127\.0\.0\.1:3002|status of 401/.test(complaint)
  return { page, complaints: complaints.filter(isOwn) }
}

test('a page is paired with its desktop agent by a code, or by a signature', async () => {
  await using agent = await anAgent({ config: { origins: [scene.url] }, deps: { account } })
  const shown = await visit(browser, `${scene.url}/me`, { colorScheme: 'dark' })
  const { page } = shown
  await reach(page, agent)
  await signInOn(page, account)
  await open(page, 'Desktop agent')
  await page.getByRole('button', { name: 'Pair by a code' }).click()
  const code = await page.getByText(/^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/).innerText()
  await looksWhole(withoutAgent(shown), 'me-agent-code-1200')
  await agent.ask('POST', `/owner/pairings/${code}`, { token: ownerToken, body: { allow: true } })
  await page.getByText('1.2.3').waitFor()
  await looksWhole(withoutAgent(shown), 'me-agent-1200')
  await page.getByRole('button', { name: 'Forget this pairing' }).click()
  await page.getByRole('button', { name: 'Pair by my signature' }).click()
  await page.getByText('1.2.3').waitFor()
  await page.context().close()
})

test('where no agent answers, the page says how one is started', async () => {
  const { page } = await visit(browser, `${scene.url}/me`, { width: 360 })
  await page.route(agentAddress, (route) => route.abort('connectionrefused'))
  await signInOn(page, account)
  await open(page, 'Desktop agent')
  await page.getByText('No agent of this machine answers this page.').waitFor()
  await looksWhole({ page, complaints: [] }, 'me-no-agent-360')
  await page.context().close()
})
