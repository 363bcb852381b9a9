import { cp } from 'node:fs/promises'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { childEnvironment } from '#node/config.ts'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import { browserProgram } from './browser.ts'
import { makeFolder } from './ffmpeg.ts'
import type { KeychainInPage } from './keychain-in-page.ts'

/** The real Hive Keychain, unpacked, and a profile in which somebody has set it up with the development chain's accounts. */
export type KeychainExtension = {
  readonly folder: string
  readonly profile: string
  readonly password: string
}

/** As the environment names it; null where it does not, and specs have the double. */
export function keychainExtension(): KeychainExtension | null {
  const {
    HIVE_KEYCHAIN_DIR: folder,
    HIVE_KEYCHAIN_PROFILE: profile,
    HIVE_KEYCHAIN_PASSWORD: password,
  } = childEnvironment({})
  if (folder === undefined) return null
  if (profile === undefined || password === undefined)
    throw new Error('HIVE_KEYCHAIN_DIR asks for HIVE_KEYCHAIN_PROFILE and HIVE_KEYCHAIN_PASSWORD.')
  return { folder, profile, password }
}

/**
 * A browser with the extension, on a copy of the profile, which broadcasts to the chain that the spec names. What its user would do
 * in its windows is done there: the spec decides, as it does for the double. The program that npm ships takes no extensions:
 * CHROMIUM_PATH names a whole Chromium.
 */
export async function openWithKeychain(
  { folder, profile, password }: KeychainExtension,
  screen: Pick<BrowserContextOptions, 'viewport' | 'colorScheme'>,
  { rpc, decide = () => 'confirm' }: KeychainInPage,
): Promise<BrowserContext> {
  const own = await makeFolder()
  await cp(profile, own, { recursive: true })
  const { file, env } = await browserProgram()
  const context = await chromium.launchPersistentContext(own, {
    ...screen,
    ...{ executablePath: file, env: { ...env }, headless: false },
    args: ['--headless=new', `--disable-extensions-except=${folder}`, `--load-extension=${folder}`],
  })
  const [running] = context.serviceWorkers()
  const worker = running ?? (await context.waitForEvent('serviceworker'))
  if (rpc !== undefined) {
    const chain = { uri: rpc, testnet: true, chainId: devchainChainId, custom: true }
    const settings = JSON.stringify({ current_rpc: chain, switchRpcAuto: false })
    await worker.evaluate(`chrome.storage.local.set(${settings})`)
  }
  context.on('page', (window) => void answerWindow(window, { password, decide }))
  return context
}

const requestWindow = /^chrome-extension:\/\/[a-z]+\/dialog\.html/

type User = { readonly password: string; readonly decide: NonNullable<KeychainInPage['decide']> }

/** Does in a window of the extension what its user would; other windows are left alone. */
async function answerWindow(window: Page, { password, decide }: User): Promise<void> {
  await window.waitForLoadState()
  if (!requestWindow.test(window.url())) return
  const button = (name: string) => window.getByRole('button', { name, exact: true })
  await button('Confirm').or(button('Unlock')).first().waitFor()
  if (await button('Unlock').isVisible()) {
    await window.locator('input[type=password]').fill(password)
    await button('Unlock').click()
    await button('Confirm').waitFor()
  }
  const decision = decide()
  if (decision === 'confirm') await button('Confirm').click()
  if (decision === 'cancel') await button('Cancel').click()
}
