import { Command } from 'commander'
import { HiveAccount } from '#protocol/ids.ts'
import type { OutputFlags } from './job.ts'
import { parsedBy } from './options.ts'

export type OffersFlags = OutputFlags & { readonly account: HiveAccount }

/** `spk-encoder offers`: what an encoder's node made of the offers that it heard of. */
export function createOffersCommand(): Command {
  return new Command('offers')
    .description(
      "What an encoder's node on this machine made of the latest offers: its bids and what they follow from, or why it made none.",
    )
    .requiredOption('--account <name>', 'whose node it is (required)', parsedBy(HiveAccount))
    .option('--data <dir>', "the node's directory (default: the user's data directory)")
    .option('--json', 'print JSON: one object a line')
    .action(async (flags: OffersFlags) => (await import('./run-job.ts')).runOffers(flags))
}
