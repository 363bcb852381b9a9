import { availableParallelism } from 'node:os'
import { Command } from 'commander'
import { z } from 'zod'
import { parsedBy } from './options.ts'

export type BenchmarkFlags = {
  readonly workers: number
  readonly height: number
  readonly data?: string
  readonly json?: true
}

/** `spk-encoder benchmark`: how fast this machine is, and what it would publish about itself. */
export function createBenchmarkCommand(): Command {
  return new Command('benchmark')
    .description('Measure how fast this machine encodes, and print its capability entry.')
    .option(
      '--workers <count>',
      'most parts encoded side by side',
      parsedBy(z.coerce.number().int().min(1).max(256)),
      availableParallelism(),
    )
    .option(
      '--height <pixels>',
      'height of the 16:9 clip that is encoded',
      parsedBy(z.coerce.number().int().min(90).max(2160).multipleOf(2)),
      1080,
    )
    .option('--data <dir>', 'where this machine’s measurements are kept')
    .option('--json', 'print one JSON object')
    .action(async (flags: BenchmarkFlags) =>
      (await import('./run-benchmark.ts')).runBenchmark(flags),
    )
}
