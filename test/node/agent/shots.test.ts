import { test } from 'vitest'
import { anAgent, endlessPipeline, ownerToken, pageOrigin } from '#test/support/agent.ts'
import { openBrowser } from '#test/support/browser.ts'
import { cid } from '#test/support/builders.ts'

test('shots', async () => {
  const agent = await anAgent({
    config: { origins: [pageOrigin, 'https://market.example'] },
    deps: {
      pipeline: {
        ...endlessPipeline,
        run: (o: never, x: any) => {
          x.onProgress({ stage: 'encoding', percent: 42, overall: 43, speed: 3.4, etaSeconds: 75 })
          return endlessPipeline.run(o, x)
        },
      } as never,
    },
  })
  await agent.pair()
  await agent.ask('POST', '/jobs', {
    token: ownerToken,
    body: { permlink: 'a-walk-through-the-old-town-of-girona', inputCid: cid('source') },
  })
  await agent.ask('POST', '/pairing', { origin: 'https://market.example' })
  const browser = await openBrowser()
  for (const [name, colorScheme, width] of [
    ['light', 'light', 1000],
    ['dark', 'dark', 1000],
    ['phone', 'light', 375],
    ['phone-dark', 'dark', 375],
  ] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } })
    await page.goto(agent.agent.pageLink()!)
    await page.getByText('3.4 x real').waitFor()
    await page.screenshot({ path: `/tmp/agent-${name}.png`, fullPage: true })
  }
  await browser.close()
  await agent[Symbol.asyncDispose]()
}, 120_000)
