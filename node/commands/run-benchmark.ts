import { z } from 'zod'
import { defaultPrices } from '#market/domain/pricing.ts'
import { EncoderProfile } from '#protocol/encoder.ts'
import type { Benchmark } from '../benchmark/benchmark.ts'
import { benchmark, workerCounts } from '../benchmark/benchmark.ts'
import { measureAndKeep } from '../benchmark/measure-and-keep.ts'
import { createLifetime, interrupted } from '../lifetime.ts'
import { openLocalEngine } from '../local/local-engine.ts'
import { createPalette } from '../supervisor/palette.ts'
import type { BenchmarkFlags } from './benchmark.ts'
import { explain } from './explain.ts'

/** Measures the machine, prints what it found, and ends the process. */
export async function runBenchmark(flags: BenchmarkFlags): Promise<void> {
  const { signal, end } = createLifetime()
  try {
    process.stdout.write(await measure(flags, signal))
    end(0)
  } catch (error) {
    const { code, message } = explain(signal.aborted ? signal.reason : error)
    process.stderr.write(`${code}: ${message}\n`)
    end(signal.aborted ? interrupted : 1)
  }
}

async function measure(
  { workers, height, data, json }: BenchmarkFlags,
  signal: AbortSignal,
): Promise<string> {
  const warn = (text: string): void => void process.stderr.write(`${text}\n`)
  using local = await openLocalEngine({ data, workers, hardware: 'auto', signal, warn })
  const engine = local.recipe
  const measured = await benchmark(
    { ...local, engine },
    {
      width: 2 * Math.round((height * 16) / 9 / 2),
      height,
      workers: workerCounts(workers),
      signal,
      onStep: (step) => process.stderr.write(`measuring: ${step}\n`),
    },
  )
  process.stderr.write('measuring: what this machine could publish\n')
  const capabilities = await measureAndKeep({ ...local, engine, now: local.clock.now }, { signal })
  const hwAccel = capabilities[0]?.hwAccel ?? 'none'
  const prices = [...defaultPrices]
  const profile = { class: engine.class, workers, prices, hwAccel, capabilities: [...capabilities] }
  const encoder = z.encode(EncoderProfile, profile)
  return json ? `${JSON.stringify({ measured, encoder })}\n` : table(measured, encoder)
}

function table({ renditions, ladder }: Benchmark, encoder: unknown): string {
  const paint = createPalette(process.stdout)
  const row = (name: string, speed: number): string =>
    `  ${name.padEnd(24)} ${speed.toFixed(2).padStart(7)}x`
  const lines = [
    paint.strong('One worker, seconds of video per second'),
    ...renditions.map(({ name, speed }) => row(name, speed)),
    '',
    paint.strong('Whole ladder with sound'),
    ...ladder.map(({ workers, speed }) =>
      row(`${workers} ${workers === 1 ? 'worker' : 'workers'}`, speed),
    ),
    '',
    paint.strong('Capability entry, as the registry would carry it'),
    JSON.stringify(encoder, null, 2),
  ]
  return `${lines.join('\n')}\n`
}
