import { Command, Option } from 'commander'
import type { z } from 'zod'
import { HiveAccount } from '#protocol/ids.ts'
import type { ServicePlatform } from '../service/service-file.ts'
import { servicePlatforms } from '../service/service-file.ts'
import { parsedBy } from './options.ts'

export type ServiceFlags = {
  readonly account: z.output<typeof HiveAccount>
  readonly dryRun?: true
  readonly platform?: ServicePlatform
}

const details = `
What follows -- goes to the node as it is; without a role it is a creator's, whose desktop agent encodes its account's own videos.

  $ spk-encoder service install --account alice
  $ spk-encoder service install --account alice -- --indexer https://market.example --password-file /home/alice/.spk-password
  $ spk-encoder service install --account alice --dry-run

The file has no secrets in it. Nobody can be asked for a password at login, so a keystore needs --password-file.`

/** `spk-encoder service`: a node that starts when its user logs in. */
export function createServiceCommand(): Command {
  return new Command('service')
    .description(
      'Start a node at login: a systemd user unit, a launchd agent, or a task of Windows.',
    )
    .addHelpText('after', details)
    .addCommand(
      named('install', 'Write the file that starts the node, and say what to do with it.')
        .option('--dry-run', 'print the file, write nothing')
        .argument('[options...]', 'options of the node, after --')
        .action(async (options: readonly string[], flags: ServiceFlags) =>
          (await import('./run-service.ts')).runInstall(options, flags),
        ),
    )
    .addCommand(
      named('status', 'Tell whether the file is there, and how to look at the node.').action(
        async (flags: ServiceFlags) => (await import('./run-service.ts')).runStatus(flags),
      ),
    )
    .addCommand(
      named('remove', 'Remove the file, and say how to stop the node.')
        .option('--dry-run', 'say what would be removed')
        .action(async (flags: ServiceFlags) => (await import('./run-service.ts')).runRemove(flags)),
    )
}

function named(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .requiredOption('--account <name>', 'whose node it is (required)', parsedBy(HiveAccount))
    .addOption(
      new Option('--platform <name>', 'system to write for (default: this one)').choices(
        servicePlatforms,
      ),
    )
}
