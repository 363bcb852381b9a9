import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '#test/support/browser.ts'
import { builtDashboard } from '#test/support/built-dashboard.ts'
import { signInOn, visit } from '#test/support/dashboard.ts'
import type { TestIndexer } from '#test/support/indexer.ts'
import { anIndexer } from '#test/support/indexer.ts'

let browser: Browser
let indexer: TestIndexer

beforeAll(async () => {
  const [dashboard, opened] = await Promise.all([builtDashboard(), openBrowser()])
  browser = opened
  indexer = await anIndexer({ dashboard })
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await indexer?.[Symbol.asyncDispose]()
})

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

async function faultsOf(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** True where nothing of the page is beside the screen. */
const fits = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth <= innerWidth')

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  test.each([
    ['a phone', 360],
    ['a desk', 1200],
  ])('the page is whole and accessible on %s', async (_, width) => {
    const { page, complaints } = await visit(browser, `${indexer.url}/encode`, {
      width,
      colorScheme,
    })
    await page.getByLabel('Hive account').waitFor()
    expect(await faultsOf(page)).toEqual([])
    expect(await fits(page)).toBe(true)
    await signInOn(page, 'alice')
    await page.getByLabel(/Drop a video here/).waitFor()
    expect(await faultsOf(page)).toEqual([])
    expect(await fits(page)).toBe(true)
    expect(complaints).toEqual([])
    await page.context().close()
  })
})

test('a browser without an encoder says what is missing, and offers nothing that would fail', async () => {
  const context = await browser.newContext()
  await context.addInitScript('delete globalThis.VideoEncoder')
  const page = await context.newPage()
  await page.goto(`${indexer.url}/encode`)
  await page.getByRole('heading', { name: 'This browser cannot encode' }).waitFor()
  expect(await page.getByLabel('Hive account').count()).toBe(0)
  expect(await faultsOf(page)).toEqual([])
  await context.close()
})

test('what is no video is refused in words, and the page can go on', async () => {
  const { page } = await visit(browser, `${indexer.url}/encode`)
  await signInOn(page, 'alice')
  const name = 'notes.mp4'
  const file = { name, mimeType: 'video/mp4', buffer: Buffer.from('no video at all') }
  await page.getByLabel(/Drop a video here/).setInputFiles(file)
  await page.getByRole('heading', { name: 'Not encoded' }).waitFor()
  expect(await faultsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Try another video' }).click()
  await page.getByLabel(/Drop a video here/).waitFor()
  await page.context().close()
})

test('an account without Keychain is told so', async () => {
  const page = await browser.newPage()
  await page.goto(`${indexer.url}/encode`)
  await page.getByLabel('Hive account').fill('alice')
  await page.getByRole('button', { name: 'Sign in with Keychain' }).click()
  await page.getByText('Hive Keychain is not in this browser').waitFor()
  await page.close()
})

describe('the server', () => {
  test('serves the page under every address for people, and none for programs', async () => {
    const html = { headers: { accept: 'text/html' } }
    const page = await fetch(`${indexer.url}/no/such/page`, html)
    expect(page.status).toBe(200)
    expect(page.headers.get('cache-control')).toBe('no-cache')
    expect(page.headers.get('content-security-policy')).toContain(
      "script-src 'self' 'wasm-unsafe-eval'",
    )
    const text = await page.text()
    const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(text) ?? []
    const asset = await fetch(`${indexer.url}${script}`)
    expect(asset.headers.get('cache-control')).toContain('immutable')
    expect(asset.headers.get('content-encoding')).toBe('gzip')
    for (const path of ['/api/nothing', '/assets/none.js', '/ipfs/none', '/health/none'])
      expect(
        (await fetch(`${indexer.url}${path}`, html)).headers.get('content-type'),
      ).not.toContain('html')
    expect((await fetch(`${indexer.url}/no/such/page`, { method: 'POST' })).status).toBe(404)
  })
})
