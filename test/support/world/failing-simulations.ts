import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import type { SimulationTerms } from './simulation.ts'

const Kept = z.array(
  z.strictObject({
    seed: z.int().nonnegative(),
    peers: z.int().positive(),
    jobs: z.int().positive(),
  }),
)

const file = new URL('../../network/failing-simulations.json', import.meta.url)

/** Markets that once broke: they are played first from then on, and stay after they were mended. */
export async function failingSimulations(): Promise<readonly SimulationTerms[]> {
  return Kept.parse(JSON.parse(await readFile(file, 'utf8')))
}

/** Keeps a market that broke, once. */
export async function keepFailing({ seed, peers, jobs }: SimulationTerms): Promise<void> {
  const kept = await failingSimulations()
  if (kept.some((each) => each.seed === seed && each.peers === peers && each.jobs === jobs)) return
  await writeFile(file, `${JSON.stringify([...kept, { seed, peers, jobs }], null, 2)}\n`)
}
