import { Command } from 'commander'
import { HiveAccount } from '#protocol/ids.ts'
import { replicaDays } from '#protocol/replica-term.ts'
import { count, parsedBy } from './options.ts'

export type PinsFlags = {
  readonly account: HiveAccount
  readonly data?: string
  readonly json?: true
}
export type VerifyFlags = PinsFlags & { readonly samples: number }

const details = `
What a node that runs on this machine keeps: sources and finished trees of its jobs, pieces that another job may ask for again, and, on
a gateway, trees of others (replica:JOB), each until ${replicaDays} days after its delivery.

  $ spk-encoder pins list --account alice
  $ spk-encoder pins verify --account alice --samples 50
  $ spk-encoder pins repair --account alice
  $ spk-encoder pins gc --account alice

A creator's tree is kept by gateways too before its encoder is paid (spk-encoder node --replicas). verify reads random blocks of every
finished tree again, from the disk and from each gateway that says it keeps the tree; one that sends other bytes is banned for a day.
repair fetches what is missing or spoilt here, and has as many gateways keep each tree as its owner wants.

Exit code: 0 all is well; 1 something is faulty or lacking, or it could not be done.`

/** `spk-encoder pins`: what a node keeps, looked through and mended. */
export function createPinsCommand(): Command {
  return new Command('pins')
    .description('What a node keeps: list it, look through it, mend it, collect its garbage.')
    .addHelpText('after', details)
    .addCommand(
      ofNode('list', 'What is kept and for whom, and which providers are banned.').action(
        async (flags: PinsFlags) => (await run()).runList(flags),
      ),
    )
    .addCommand(
      ofNode('verify', 'Read random blocks of finished trees again, here and at gateways.')
        .option(
          '--samples <count>',
          'blocks of each tree that are looked at',
          parsedBy(count(1_000)),
          20,
        )
        .action(async (flags: VerifyFlags) => (await run()).runVerify(flags)),
    )
    .addCommand(
      ofNode(
        'repair',
        'Bring what is missing of finished trees, and have gateways keep them.',
      ).action(async (flags: PinsFlags) => (await run()).runRepair(flags)),
    )
    .addCommand(
      ofNode('gc', 'Remove blocks that nothing keeps.').action(async (flags: PinsFlags) =>
        (await run()).runCollect(flags),
      ),
    )
}

const run = () => import('./run-pins.ts')

function ofNode(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .requiredOption('--account <name>', 'whose node it is (required)', parsedBy(HiveAccount))
    .option('--data <dir>', "the node's directory (default: the user's data directory)")
    .option('--json', 'print JSON: one object a line')
}
