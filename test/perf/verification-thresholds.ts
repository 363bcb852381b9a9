import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openBothBuilds } from '#test/support/both-builds.ts'
import { films, largeFilms } from '#test/support/films.ts'
import { measuredOnce } from './kept-leaves.ts'
import { verificationCost } from './verification-cost.ts'
import type { ThresholdBench } from './verification-leaves.ts'
import { measureFilm } from './verification-leaves.ts'
import type { Measured } from './verification-report.ts'
import { costSection, failuresOf, isAlarm, isMissed, sectionOf } from './verification-report.ts'

/**
 * Where the thresholds come from: many honest ways of encoding and all the cheats, over unlike films, each leaf measured
 * as a verifier of another class measures it. Prints false alarms and misses, and keeps the distribution in RESULTS.md.
 * Fails on any false alarm, and on any cheat that is found less often than it has to be.
 *
 *   npm run bench:verify -- [--films 'film;grain'] [--keep] [--without-cost] [--leaves FOLDER]
 *
 * What `--leaves` has measured stays in that folder, and the next run with it goes on from there.
 */
const { values } = parseArgs({
  options: {
    films: { type: 'string' },
    keep: { type: 'boolean', default: false },
    leaves: { type: 'string' },
    'without-cost': { type: 'boolean', default: false },
  },
})

const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function main(): Promise<void> {
  const bench = await openBench()
  const wanted = values.films?.split(';')
  if (!values['without-cost']) {
    const cost = costSection(await verificationCost(bench))
    say(cost)
    if (values.keep) await keepSection('verification cost', cost)
  }
  const { version, x264 } = bench.tools.binaries
  const build = `FFmpeg ${version}, x264 ${x264}`
  const measured: Measured[] = []
  for (const film of [...films, ...largeFilms]) {
    if (wanted && !wanted.includes(film.name)) continue
    const found = await measuredOnce(values.leaves, film.name, () => measureFilm(bench, film))
    measured.push(...found)
    say(`${film.name}: ${summary(found)}`)
    if (values.keep) await keepSection('verification', sectionOf(measured, build))
  }
  say(sectionOf(measured, build))
  const failures = failuresOf(measured, { isComplete: wanted === undefined })
  for (const failure of failures) say(`FAILED: ${failure}`)
  process.exitCode = failures.length === 0 ? 0 : 1
}

async function openBench(): Promise<ThresholdBench> {
  const { shipped, ...own } = await openBothBuilds()
  return { ...own, shipped: shipped.tools, shippedEngine: shipped.engine }
}

function summary(measured: readonly Measured[]): string {
  const wrong = measured.filter((leaf) => isAlarm(leaf) || isMissed(leaf))
  const names = wrong.map(
    ({ variant, isHonest, faults }) =>
      `${isHonest ? 'ALARM' : 'missed'} ${variant} ${faults.map(({ code, evidence }) => `${code} ${evidence?.figure} ${evidence?.measured}`).join(', ')}`,
  )
  return [`${measured.length} leaves`, ...names].join('\n    ')
}

const results = fileURLToPath(new URL('RESULTS.md', import.meta.url))
/** Puts a section in the place of the one before. */
async function keepSection(name: string, section: string): Promise<void> {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`]
  const text = await readFile(results, 'utf8').catch(() => '# Measured\n')
  const [before = '', rest = ''] = text.split(begin)
  const after = rest.split(end)[1] ?? '\n'
  await writeFile(results, `${before.trimEnd()}\n\n${begin}\n${section}\n${end}${after}`)
}

await main()
