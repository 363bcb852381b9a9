import { Command } from 'commander'
import { chainOption } from './chain-option.ts'
import { count, parsedBy } from './options.ts'

export type ReplayFlags = {
  readonly from?: number
  readonly to?: number
  readonly chain?: string[]
  readonly data?: string
  readonly json?: true
}

const height = count(0xffff_ffff)

/** `spk-encoder replay`: the ledger, folded from the chain's blocks by whoever wants to know. */
export function createReplayCommand(): Command {
  return new Command('replay')
    .description(
      'Fold the irreversible blocks of a chain into the state of the market, and print its hash.',
    )
    .option(
      '--from <height>',
      "first block to read (default: the market's first on that chain)",
      parsedBy(height),
    )
    .option(
      '--to <height>',
      'last block to read (default: the last irreversible one)',
      parsedBy(height),
    )
    .addOption(chainOption())
    .option('--data <directory>', 'keep what was folded here, and go on from there next time')
    .option('--json', 'print one JSON object a line, for programs')
    .addHelpText('after', details)
    .action(async (flags: ReplayFlags) => (await import('./run-replay.ts')).runReplay(flags))
}

const details = `
Whoever folds the same blocks from the same first one has the same hash: compare it with what a node's status says, with
the checkpoints that nodes publish, or with somebody else's. Nodes begin at the market's first block.

  $ spk-encoder replay --chain http://127.0.0.1:8090
  $ spk-encoder replay --chain mainnet --data /var/lib/spk-replay --json

Two endpoints are surer than one: what one alone serves is believed as far as its blocks bear out their ids.`
