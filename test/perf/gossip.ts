import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { z } from 'zod'
import { recordSection } from './record-section.ts'

/**
 * How fast signed bids spread over peers on loopback, by our gossip bus, which parses and judges each of them, and by gossipsub alone on
 * the same hosts. Each network is a process of its own, and the two take turns. A message counts once for each peer that heard it, and
 * throughput is told by second of processor time: all peers of a network share one core with whatever else the machine does.
 */

const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: '5,10,20,50' },
    messages: { type: 'string', default: '250' },
    rounds: { type: 'string', default: '3' },
    record: { type: 'boolean', default: false },
  },
})
const sizes = values.peers.split(',').map(Number)

const Figures = z.strictObject({
  delivered: z.int().positive(),
  lost: z.int(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  delays: z.array(z.number()),
  residentBytes: z.int(),
})
type Figures = z.infer<typeof Figures>

const run = promisify(execFile)
const program = fileURLToPath(new URL('gossip-network.ts', import.meta.url))

async function measure(kind: 'ours' | 'bare', peers: number): Promise<Figures> {
  const options = ['--kind', kind, '--peers', String(peers), '--messages', values.messages]
  const { stdout } = await run(process.execPath, [program, ...options])
  return Figures.parse(JSON.parse(stdout))
}

function quantile(sample: readonly number[], share: number): number {
  const sorted = sample.toSorted((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

const rateOf = ({ delivered, cpuSeconds }: Figures): number => delivered / cpuSeconds

function told(kind: string, rounds: readonly Figures[]): string {
  const rate = Math.round(quantile(rounds.map(rateOf), 0.5)).toLocaleString('en-US')
  const delays = rounds.flatMap((round) => round.delays)
  const lost = rounds.reduce((sum, round) => sum + round.lost, 0)
  const memory = quantile(
    rounds.map(({ residentBytes }) => residentBytes / 1e6),
    0.5,
  )
  return `${kind} ${rate} messages/s per core, p50 ${quantile(delays, 0.5).toFixed(1)} ms, p99 ${quantile(delays, 0.99).toFixed(1)} ms, ${memory.toFixed(0)} MB resident${lost > 0 ? `, ${lost} lost` : ''}`
}

const lines: string[] = []
for (const peers of sizes) {
  const ours: Figures[] = []
  const bare: Figures[] = []
  for (let round = 0; round < Number(values.rounds); round += 1) {
    bare.push(await measure('bare', peers))
    ours.push(await measure('ours', peers))
  }
  const ratio = quantile(
    ours.map((round, index) => rateOf(round) / rateOf(bare[index] ?? round)),
    0.5,
  )
  const line = `${peers} peers: ${told('ours', ours)}; ${told('bare', bare)}; ${ratio.toFixed(2)} of its throughput (median of the rounds; the goal is 0.6)`
  process.stdout.write(`${line}\n`)
  lines.push(line)
}
await recordSection({
  name: 'gossip',
  title: 'Gossip on loopback',
  how: `by \`npm run bench:gossip\`: ${values.messages} signed bids by ten accounts in each of ${values.rounds} rounds.`,
  lines,
})
