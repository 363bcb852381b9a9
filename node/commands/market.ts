import { availableParallelism } from 'node:os'
import { Command } from 'commander'
import { z } from 'zod'
import { MilliHbd } from '#protocol/amount.ts'
import { HiveAccount } from '#protocol/ids.ts'
import type { Codec } from '#protocol/recipe.ts'
import { codecOption, count, parsedBy } from './options.ts'

export type MarketFlags = {
  readonly input?: string
  readonly data?: string
  readonly ceiling?: z.output<typeof MilliHbd>
  readonly codec: Codec
  readonly interval: number
  readonly workers: number
  readonly indexer: boolean
  readonly once?: true
  readonly json?: true
}

export type MarketWatchFlags = {
  readonly account: z.output<typeof HiveAccount>
  readonly data?: string
  readonly json?: true
}

/** `spk-encoder market`: the whole market on this machine, on a development chain, carrying one real job. */
export function createMarketCommand(): Command {
  return (
    new Command('market')
      .description(
        'Run the whole market on this machine and carry one job from offer to payment. The money is play money of a development chain.',
      )
      .option('--input <file>', 'video to encode (default: a clip of 20 seconds, made when needed)')
      .option(
        '--data <dir>',
        'directory for everything the market keeps (default: a free one in .data beside the code)',
      )
      .option(
        '--ceiling <amount>',
        'most the creator pays, like "0.100 HBD" (default: twice the usual price)',
        parsedBy(MilliHbd),
      )
      .addOption(codecOption('what the job is encoded in; every player knows h264'))
      .option(
        '--interval <seconds>',
        'seconds between two blocks, from 0.05 to 60',
        parsedBy(
          z.coerce.number('not a number').min(0.05, 'less than 0.05').max(60, 'more than 60'),
        ),
        3,
      )
      .option(
        '--workers <count>',
        'parts the swift encoder works on side by side',
        parsedBy(count(256)),
        availableParallelism(),
      )
      .option('--no-indexer', 'leave out the indexer: no Postgres, no API')
      .option('--once', 'exit when the job is paid (0) or has failed (1)')
      .option('--json', "print one JSON object a line; the last is the job's report or its error")
      .addHelpText('after', details)
      // What stands behind `watch` is its own, though both know --data and --json.
      .enablePositionalOptions()
      .addCommand(createWatchCommand())
      .action(async (flags: MarketFlags) => (await import('./run-market.ts')).runMarket(flags))
  )
}

/** `spk-encoder market watch`: the market as a node sees it. */
function createWatchCommand(): Command {
  return new Command('watch')
    .description(
      'Show offers, bids and jobs of the whole market as a node on this machine sees them.',
    )
    .requiredOption('--account <name>', 'whose node it is (required)', parsedBy(HiveAccount))
    .option('--data <dir>', "the node's directory (default: the user's data directory)")
    .option('--json', 'print one JSON object a line for each thing that happens')
    .addHelpText('after', watchDetails)
    .action(async (flags: MarketWatchFlags) =>
      (await import('./run-market-watch.ts')).runMarketWatch(flags),
    )
}

const watchDetails = `
On a terminal a table that is drawn anew: the latest jobs, their bids and what came of them, and below it what gossip brings by topic.
In a pipe one line for each thing that happens, after what the node remembers. What blocks tell counts; bids and progress are heard.

  $ spk-encoder market watch --account alice
  $ spk-encoder market watch --account alice --json | jq 'select(.type == "settled")'`

const details = `
It starts a development chain, a creator, two encoders, an arbiter and an indexer, each a process of its own, and carries one
job from offer to payment; the indexer's API shows it meanwhile (/api/encoding/market/jobs). Then it stays up, so that what was encoded can be played, until Ctrl-C stops everything.

  $ spk-encoder market --input holiday.mp4
  $ spk-encoder market --once --json --input holiday.mp4 | tail -n 1

Environment: FFMPEG_PATH and FFPROBE_PATH name the programs to use; SPK_DATA is the directory for data instead of .data;
SPK_LOG_LEVEL (debug, info, warn, error, silent) makes the processes write more or less into their logs, which lie in the
data directory; NO_COLOR keeps colour off a terminal.`
