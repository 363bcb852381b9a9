import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JobPipeline } from '#node/processing/job-pipeline.ts'
import type { TestAgent } from '#test/support/agent.ts'
import { anAgent, endlessPipeline, ownerToken, pageOrigin } from '#test/support/agent.ts'
import { openBrowser } from '#test/support/browser.ts'
import { cid } from '#test/support/builders.ts'

/** Half way through the encoding, for as long as anybody looks. */
const halfWay: JobPipeline = {
  ...endlessPipeline,
  run: (order, options) => {
    const progress = {
      stage: 'encoding',
      percent: 50,
      overall: 50,
      speed: 3.4,
      etaSeconds: 75,
    } as const
    options.onProgress(progress)
    return endlessPipeline.run(order, options)
  },
}

let browser: Browser
let agent: TestAgent
let page: Page
const asked: string[] = []

beforeAll(async () => {
  browser = await openBrowser()
  agent = await anAgent({ deps: { pipeline: halfWay } })
  page = await browser.newPage()
  page.setDefaultTimeout(10_000)
  page.on('request', (request) => asked.push(new URL(request.url()).origin))
}, 60_000)
afterAll(async () => {
  await browser.close()
  await agent[Symbol.asyncDispose]()
})

test('the owner sees the job at work, and lets a page in by the code that it shows', async () => {
  const job = { permlink: '<b>Holiday</b> & more', inputCid: cid('source') }
  await agent.ask('POST', '/jobs', { token: ownerToken, body: job })
  await page.goto(agent.agent.pageLink() ?? '')
  await page.getByRole('heading', { name: '<b>Holiday</b> & more' }).waitFor()
  expect(
    await page
      .locator('progress')
      .evaluateAll((bars) => bars.map((bar) => bar.getAttribute('value'))),
  ).toEqual(['50', '100', '50', '0'])
  await page.getByText('3.4 x real time').waitFor()
  expect(page.url()).toBe(`${agent.url}/`)

  const { json } = await agent.ask('POST', '/pairing', { origin: pageOrigin })
  const { code, ticket } = json as { code: string; ticket: string }
  await page.getByText(code, { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Let in' }).click()
  await page.getByText(code, { exact: true }).waitFor({ state: 'detached' })
  const answer = await agent.ask('POST', '/pairing/answer', {
    origin: pageOrigin,
    body: { ticket },
  })
  expect(answer.json).toMatchObject({ status: 'paired' })
  await page.getByRole('button', { name: 'Unpair' }).waitFor()
})

test('the page asks nobody but the agent, and runs no script but its own', async () => {
  expect(new Set(asked)).toEqual(new Set([agent.url]))
  const { headers } = await agent.ask('GET', '/')
  expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
})

test('a link opens the page once', async () => {
  const link = agent.agent.pageLink() ?? ''
  const [first, second] = [await browser.newPage(), await browser.newPage()]
  await first.goto(link)
  await first.getByText('Desktop agent of @alice').waitFor()
  await second.goto(link)
  await second.getByText('This page is closed').waitFor()
  expect(await second.locator('main').textContent()).toBe('')
})
