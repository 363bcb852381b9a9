import { Command, Option } from 'commander'
import { z } from 'zod'
import { devchainNotice } from '../devchain/chain-id.ts'
import { parsedBy } from './options.ts'

export type DevchainFlags = {
  readonly port: number
  readonly genesis: string
  readonly interval?: number
  readonly manual?: true
  readonly data?: string
}

const Port = z.coerce.number('It must be a number from 0 to 65535.').int().min(0).max(65_535)
const Interval = z.coerce.number('It must be from 0.01 to 3600 seconds.').min(0.01).max(3_600)

const details = `
Exactly one of --interval and --manual says how blocks come. At an interval of 3 block time follows the clock; at any
other it advances by exactly 3 seconds a block. Blocks can be made at any time with devchain_api.produce_blocks.

The genesis file names the accounts and what they own:
  {"accounts":{"alice":{"hbd":"100.000 HBD","hive":"50.000 HIVE"}}}
Their keys are known to everybody: dhive's PrivateKey.fromLogin(name, "devchain", role).

For development only: it listens on 127.0.0.1, has a chain id of its own, and nothing on it has any value.`

/** `spk-encoder devchain`: a Hive chain of one node, for development. */
export function createDevchainCommand(): Command {
  return new Command('devchain')
    .description(`Run a Hive chain of one node. ${devchainNotice}.`)
    .option('--port <number>', 'port on 127.0.0.1; 0 takes a free one', parsedBy(Port), 8090)
    .requiredOption(
      '--genesis <file>',
      'JSON file with the accounts the chain begins with (required)',
    )
    .addOption(
      new Option('--interval <seconds>', 'make a block every so often; may be a fraction')
        .argParser(parsedBy(Interval))
        .conflicts('manual'),
    )
    .option('--manual', 'make blocks only when asked to')
    .option('--data <directory>', 'keep the chain here; without, it lives in memory')
    .addHelpText('after', details)
    .action(async (flags: DevchainFlags) => (await import('./run-devchain.ts')).runDevchain(flags))
}
