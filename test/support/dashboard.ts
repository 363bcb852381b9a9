import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { expect, inject } from 'vitest'
import { childEnvironment } from '#node/config.ts'
import type { DashboardScene } from './dashboard-scene.ts'
import { keychainExtension, openWithKeychain } from './keychain-extension.ts'
import type { KeychainInPage } from './keychain-in-page.ts'
import { installKeychain } from './keychain-in-page.ts'

export type Visit = {
  readonly page: Page
  /** What the page's console has to complain of, and what it asked of anyone but its own server. */
  readonly complaints: readonly string[]
}

export type VisitOptions = {
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: 'light' | 'dark'
  readonly keychain?: KeychainInPage
}

/**
 * Opens a page of the dashboard in a browser of its own, whose Keychain signs whatever it is asked with the development
 * chain's keys: a double, or for specs that say what its user does the real extension, where the environment names one.
 */
export async function visit(
  browser: Browser,
  address: string,
  { width = 1200, height = 900, colorScheme = 'light', keychain }: VisitOptions = {},
): Promise<Visit> {
  const screen = { viewport: { width, height }, colorScheme }
  const extension = keychain && keychainExtension()
  const context = extension
    ? await openWithKeychain(extension, screen, keychain)
    : await withDouble(browser, screen, keychain)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(new URL(address).origin) && !/^(blob|data):/.test(url))
      complaints.push(`asked ${url}`)
  })
  await page.goto(address)
  return { page, complaints }
}

async function withDouble(
  browser: Browser,
  screen: Pick<BrowserContextOptions, 'viewport' | 'colorScheme'>,
  keychain?: KeychainInPage,
): Promise<BrowserContext> {
  const context = await browser.newContext(screen)
  await installKeychain(context, keychain)
  return context
}

/** Resolves when the page has its session. */
export async function signInOn(page: Page, account: string): Promise<void> {
  await page.getByLabel('Hive account').fill(account)
  await page.getByRole('button', { name: 'Sign in with Keychain' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}

/** The market that all specs of pages share; the first to ask waits until it is there. */
export async function dashboardScene(): Promise<DashboardScene> {
  const answer = await fetch(inject('dashboardScene'))
  if (!answer.ok) throw new Error(`no scene: ${await answer.text()}`)
  return (await answer.json()) as DashboardScene
}

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** Expects a page to be accessible, within the screen and without complaints; `SCREENSHOTS` names a folder for its picture. */
export async function looksWhole({ page, complaints }: Visit, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze()
  const faults = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
  )
  const beside = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  await keepPicture(page, name)
  expect({ faults, beside: Math.max(0, beside), complaints }).toEqual({
    ...{ faults: [], beside: 0, complaints: [] },
  })
}

async function keepPicture(page: Page, name: string): Promise<void> {
  const { SCREENSHOTS: folder } = childEnvironment({})
  if (folder === undefined) return
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}
