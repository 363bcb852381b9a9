import { availableParallelism } from 'node:os'
import { Command } from 'commander'
import { z } from 'zod'
import { MilliHbd } from '#protocol/amount.ts'
import { parsedBy } from './options.ts'

export type MarketFlags = {
  readonly input?: string
  readonly data?: string
  readonly ceiling?: z.output<typeof MilliHbd>
  readonly interval: number
  readonly workers: number
  readonly once?: true
  readonly json?: true
}

/** `spk-encoder market`: the whole market on this machine, on a development chain, carrying one real job. */
export function createMarketCommand(): Command {
  return new Command('market')
    .description(
      'Run the whole market on this machine and carry one job from offer to payment. The money is play money of a development chain.',
    )
    .option('--input <file>', 'video to encode; a 20-second clip is made where none is given')
    .option('--data <dir>', 'directory for everything the market keeps', undefined)
    .option('--ceiling <amount>', 'most the creator pays, like "0.100 HBD"', parsedBy(MilliHbd))
    .option(
      '--interval <seconds>',
      'seconds between two blocks',
      parsedBy(z.coerce.number().min(0.05).max(60)),
      3,
    )
    .option(
      '--workers <count>',
      'parts the swift encoder works on side by side',
      parsedBy(z.coerce.number().int().min(1).max(256)),
      availableParallelism(),
    )
    .option('--once', 'exit when the job is paid (0) or has failed (1)')
    .option('--json', "print one JSON object a line; the last is the job's report or its error")
    .action(async (flags: MarketFlags) => (await import('./run-market.ts')).runMarket(flags))
}
