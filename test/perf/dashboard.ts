import { parseArgs } from 'node:util'
import { openBrowser } from '#test/support/browser.ts'
import { builtDashboard } from '#test/support/built-dashboard.ts'
import { serveDashboard } from '#test/support/long-list-server.ts'
import { recordSection } from './record-section.ts'

/**
 * What the list of jobs is like to use with 10,000 jobs loaded, at rest and in a storm of 1,000 events a second. The goal is 200 ms
 * from an interaction to the paint that answers it.
 */
const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '10' },
    record: { type: 'boolean', default: false },
  },
})
const jobs = Number(values.jobs)
const rate = Number(values.rate)
const seconds = Number(values.seconds)

/** In the page: from a key's event to the second frame after it, which is when what it did has been painted. */
const interaction = `(async () => {
  const started = performance.now()
  const here = document.activeElement?.closest('[data-index]')?.getAttribute('data-index')
  const from = here ? document.activeElement : document.querySelector('[data-index] a')
  from.focus()
  from.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }))
  await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))
  return performance.now() - started
})()`

await using server = await serveDashboard(await builtDashboard(), jobs)
const browser = await openBrowser()
try {
  const page = await browser.newPage({ viewport: { width: 1_200, height: 900 } })
  await page.goto(`${server.url}/jobs`)
  const table = page.getByRole('table')
  await table.waitFor()
  const loaded = async (): Promise<number> => Number(await table.getAttribute('aria-rowcount')) - 1
  while ((await loaded()) < jobs) {
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)')
    await page.evaluate('new Promise(requestAnimationFrame)')
  }
  await page.evaluate('scrollTo(0, 0)')
  const rows = await page.getByRole('row').count()
  const measure = async (): Promise<readonly number[]> => {
    const taken: number[] = []
    for (const end = Date.now() + seconds * 1_000; Date.now() < end; )
      taken.push(await page.evaluate<number>(interaction))
    return taken.sort((left, right) => left - right)
  }
  const atRest = await measure()
  const end = server.storm(rate)
  const inStorm = await measure()
  end()
  const lines = [
    `${jobs} jobs in the list, ${rows} rows drawn`,
    `a key to its paint, at rest: ${said(atRest)}`,
    `a key to its paint, with ${rate} events a second: ${said(inStorm)}`,
  ]
  const how = `Chromium ${browser.version()}; ${seconds} s of each, one interaction after the other; the goal is 200 ms.`
  for (const line of lines) process.stdout.write(`${line}\n`)
  const title = 'Dashboard: a long list and a storm of events'
  await recordSection({ name: 'dashboard', title, how, lines })
} finally {
  await browser.close()
}

function said(sorted: readonly number[]): string {
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(
      0,
    )
  return `median ${at(0.5)} ms, 95 % within ${at(0.95)} ms, all ${sorted.length} within ${at(1)} ms`
}
