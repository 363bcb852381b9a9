import { parseArgs } from 'node:util'
import { formatHbd, milliHbd } from '#protocol/amount.ts'
import { failingSimulations, keepFailing } from './support/world/failing-simulations.ts'
import type { SimulationSummary, SimulationTerms } from './support/world/simulation.ts'
import { simulate } from './support/world/simulation.ts'

/**
 * `npm run simulate`: a market of many nodes in one process, in which one seed decides every fault. Markets that broke before are played
 * first; one that breaks now is kept among them. Ends with 1 where anything broke.
 */

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    peers: { type: 'string', default: '50' },
    jobs: { type: 'string', default: '200' },
  },
})
const [first, count, peers, jobs] = [values.seed, values.seeds, values.peers, values.jobs].map(
  (text) => {
    const number = Number(text)
    if (!Number.isSafeInteger(number) || number < 1) throw new RangeError(`${text} is no number`)
    return number
  },
) as [number, number, number, number]

const asked = Array.from({ length: count }, (_, index) => ({ seed: first + index, peers, jobs }))
for (const terms of [...(await failingSimulations()), ...asked]) await run(terms)

async function run(terms: SimulationTerms): Promise<void> {
  const started = performance.now()
  const summary = await simulate(terms).catch(async (error: unknown) => {
    await keepFailing(terms)
    throw error
  })
  const seconds = (performance.now() - started) / 1_000
  for (const line of linesOf(summary, seconds)) process.stdout.write(`${line}\n`)
  if (summary.violations.length === 0) return
  await keepFailing(terms)
  process.exitCode = 1
}

function linesOf(summary: SimulationSummary, seconds: number): readonly string[] {
  const { seed, peers, jobs, blocks, paid, failed, deaths, cuts, incomes, violations } = summary
  const kinds = Map.groupBy(incomes, ({ conduct }) => conduct)
  return [
    `seed ${seed}: ${peers} peers, ${jobs} jobs, ${blocks} blocks in ${seconds.toFixed(1)} s`,
    `  ${paid} paid, ${failed} failed or refunded; ${deaths} nodes struck down, ${cuts} times cut in two`,
    ...[...kinds].map(([conduct, of]) => {
      const earned = of.map(({ paid: income }) => income).toSorted((a, b) => Number(a - b))
      const [least = 0n, most = 0n] = [earned[0], earned.at(-1)]
      return `  ${of.length} ${conduct}: from ${formatHbd(milliHbd(least))} to ${formatHbd(milliHbd(most))}`
    }),
    ...(violations.length === 0 ? ['  all held'] : violations.map((each) => `  BROKEN: ${each}`)),
  ]
}
