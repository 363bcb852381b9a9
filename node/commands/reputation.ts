import { Command, Option } from 'commander'
import { z } from 'zod'
import type { HiveAccount as Account } from '#protocol/ids.ts'
import { HiveAccount } from '#protocol/ids.ts'
import { networks } from '../networks.ts'
import { collectedBy, parsedBy } from './options.ts'

export type ReputationFlags = {
  readonly explain?: true
  readonly json?: true
  readonly data?: string
  readonly chain?: string[]
  readonly network: keyof typeof networks
}

const details = `
A score is 0 to 1000, with a band that it lies in, for each role that the account has played. It follows from the chain alone, so
everybody has the same number: the one shown here is made again from the market's blocks (--chain), or from the jobs that a
stopped node has in its data directory (--data). --explain shows each job behind it, what it added, and its transactions; what they
added comes to the score, to the thousandth of a point.

  $ spk-encoder reputation swift-encoder --chain http://127.0.0.1:8090 --explain

Exit code: 0 it is shown, 2 it could not be made.`

/** `spk-encoder reputation`: what the chain says of an account. */
export function createReputationCommand(): Command {
  return new Command('reputation')
    .description('Show how an account stands in the market, and the transactions behind it.')
    .argument('<account>', 'Hive account', parsedBy(HiveAccount))
    .option('--explain', 'show every job behind the score, and its transactions')
    .option('--data <dir>', 'data directory of a stopped node to read it from')
    .option(
      '--chain <url>',
      "Hive JSON-RPC endpoint to read it from; may be repeated (default: the network's own)",
      collectedBy(z.url('not a URL')),
    )
    .addOption(
      new Option('--network <name>', 'chain and market that are asked about')
        .choices(Object.keys(networks))
        .default('devchain'),
    )
    .option('--json', 'print one JSON object: the result or the error')
    .addHelpText('after', details)
    .action(async (account: Account, flags: ReputationFlags) =>
      (await import('./run-reputation.ts')).runReputation(account, flags),
    )
}
