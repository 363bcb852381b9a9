import { Command } from 'commander'
import type { z } from 'zod'
import { HiveAccount } from '#protocol/ids.ts'
import { parsedBy } from './options.ts'

export type PeersFlags = {
  readonly account: z.output<typeof HiveAccount>
  readonly data?: string
  readonly json?: true
  readonly watch?: true
}

const details = `
One line for each peer that the node is connected to: the account and roles that the registry names for it, the way to it (direct, or
relayed where all goes through a relay), milliseconds there and back, what gossip thinks of it, topics that it listens to, bytes
received and sent, and for how long it has been connected.

  $ spk-encoder peers --account alice --watch

Exit code: 0 it is shown, 1 it could not be asked.`

/** `spk-encoder peers`: whom a node is connected to. */
export function createPeersCommand(): Command {
  return new Command('peers')
    .description('Show the peers that a node on this machine is connected to.')
    .requiredOption('--account <name>', 'whose node it is (required)', parsedBy(HiveAccount))
    .option('--data <dir>', "the node's data directory (default: the user's data directory)")
    .option(
      '--json',
      'print one JSON object a line for each peer; with --watch one a second for all',
    )
    .option('--watch', 'show it anew every second, until Ctrl-C')
    .addHelpText('after', details)
    .action(async (flags: PeersFlags) => (await import('./run-peers.ts')).runPeers(flags))
}
