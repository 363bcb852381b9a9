import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { makeFolder } from './ffmpeg.ts'
import { signedText } from './indexer.ts'

let building: Promise<string> | null = null

/** Builds the dashboard as it is now, once for a process; resolves to its folder. */
export function builtDashboard(): Promise<string> {
  building ??= (async () => {
    const outDir = await makeFolder()
    const configFile = fileURLToPath(new URL('../../ui/vite.config.ts', import.meta.url))
    await build({ configFile, build: { outDir, emptyOutDir: true }, logLevel: 'silent' })
    return outDir
  })()
  return building
}

export type Visit = {
  readonly page: Page
  /** What the page's console has to complain of, and what it asked of anyone but its own server. */
  readonly complaints: readonly string[]
}

export type VisitOptions = {
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: 'light' | 'dark'
}

/** What Keychain is asked, as its extension puts it. */
type SignRequest = { readonly account: string; readonly text: string }

/**
 * Opens a page of the dashboard in a browser of its own, whose Keychain signs whatever it is asked with the development
 * chain's keys.
 */
export async function visit(
  browser: Browser,
  address: string,
  { width = 1200, height = 900, colorScheme = 'light' }: VisitOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme })
  await context.exposeBinding('signAsKeychain', (_, { account, text }: SignRequest) =>
    signedText(text, account),
  )
  await context.addInitScript(installKeychain)
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

/** Runs in the page. */
function installKeychain(): void {
  type Answer = (reply: object) => void
  const page = globalThis as unknown as {
    signAsKeychain: (request: { account: string; text: string }) => Promise<string>
    hive_keychain: object
  }
  page.hive_keychain = {
    requestSignBuffer: (account: string, text: string, key: string, answer: Answer) => {
      void page
        .signAsKeychain({ account, text })
        .then((result) => answer({ success: true, error: null, result, data: { key } }))
    },
  }
}

export async function signInOn(page: Page, account: string): Promise<void> {
  await page.getByLabel('Hive account').fill(account)
  await page.getByRole('button', { name: 'Sign in with Keychain' }).click()
  await page.getByText(`@${account}`).waitFor()
}
