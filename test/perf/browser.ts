import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'vite'
import { frameGrid } from '#market/domain/offer-terms.ts'
import { audioFrames } from '#node/encoding/audio-arguments.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { BrowserPlan } from '#protocol/api/browser.ts'
import { gridSeconds } from '#protocol/grid.ts'
import { openBrowser, serveFolder } from '#test/support/browser.ts'
import { cid } from '#test/support/builders.ts'
import { makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'
import type { BrowserBench } from './browser-page.ts'
import { recordSection } from './record-section.ts'

/**
 * How fast a tab encodes, beside mediabunny's own conversion of the same clip into the same size and rates, in turns in one
 * page, so that what else the machine does is shared out. The goal is 1.8 times its speed; what the conversion makes is also
 * full-range and tagged sRGB, which no tree may be.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    record: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const rate = { numerator: 30, denominator: 1 }

/** As an indexer would plan the clip. */
function planOf(frames: number): BrowserPlan {
  const grid = frameGrid(rate, frames, 2)
  return BrowserPlan.parse({
    source: { cid: cid('clip'), bytes: 1, turn: 0, matrix: 'bt709', isFullRange: false },
    ...{ grid, audioFrames: audioFrames(grid), finished: [] },
    rendition: {
      ...{ name: '480p', width: 854, height: 480 },
      ...{ kbps: 1_000, profile: 'main', level: '3.1' },
    },
  })
}

async function buildPage(folder: string): Promise<void> {
  const entry = new URL('browser-page.ts', import.meta.url).pathname
  await build({
    ...{ configFile: false, logLevel: 'silent', publicDir: false },
    build: { outDir: folder, emptyOutDir: false, rolldownOptions: { input: { bench: entry } } },
  })
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN

const folder = await makeFolder()
const tools = await openTools()
const seconds = Number(values.seconds)
const size = { width: 1280, height: 720, seconds }
await makeSampleClip(tools, path.join(folder, 'clip.mp4'), { ...size, signal: untroubled })
await buildPage(folder)
/** Its scripts by address: what browsers take for a module has to be called JavaScript. */
const texts: Record<string, string> = {}
for (const name of await readdir(path.join(folder, 'assets')))
  texts[`/assets/${name}`] = await readFile(path.join(folder, 'assets', name), 'utf8')
const script = Object.keys(texts).find((name) => name.startsWith('/assets/bench-'))
texts['/'] = `<!doctype html><title>bench</title><script type="module" src="${script}"></script>`

const plan = planOf(seconds * 30)
await using site = await serveFolder(folder, texts)
const browser = await openBrowser()
try {
  const tab = await browser.newPage()
  await tab.goto(site.address)
  const speeds = { ours: [] as number[], stock: [] as number[] }
  await tab.waitForFunction(() => 'bench' in globalThis)
  await tab.evaluate(() =>
    (globalThis as unknown as { bench: BrowserBench }).bench.load('/clip.mp4'),
  )
  for (let round = 0; round < rounds; round += 1)
    for (const way of ['ours', 'stock'] as const) {
      const took = await tab.evaluate(
        async ([name, asked]) =>
          await (globalThis as unknown as { bench: BrowserBench }).bench[name](asked),
        [way, plan] as const,
      )
      speeds[way].push(gridSeconds(plan.grid) / took)
    }
  const ratios = speeds.ours.map((speed, round) => speed / (speeds.stock[round] ?? Number.NaN))
  const lines = [
    `ours: ${median(speeds.ours).toFixed(2)}x real time`,
    `mediabunny's own conversion: ${median(speeds.stock).toFixed(2)}x real time`,
    `ours to the conversion: ${median(ratios).toFixed(2)} times the speed (median of the rounds; the goal is 1.8)`,
  ]
  for (const line of lines) process.stdout.write(`${line}\n`)
  await recordSection({
    ...{ name: 'browser', title: 'Browser: encoding in a tab', lines },
    how: `Chromium ${browser.version()}; ${seconds} s of 1280x720 at 30 frames a second with sound, into 480p of 1,000 kb/s; ${rounds} rounds of each in turns.`,
  })
} finally {
  await browser.close()
}
