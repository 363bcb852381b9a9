import { Command } from 'commander'
import type { z } from 'zod'
import { PairingCode } from '#protocol/api/desktop.ts'
import { Quality } from '#protocol/api/jobs.ts'
import { HiveAccount } from '#protocol/ids.ts'
import { collectedBy, parsedBy } from './options.ts'

export type AgentFlags = {
  readonly account: z.output<typeof HiveAccount>
  readonly data?: string
}
export type AddFlags = AgentFlags & { readonly permlink?: string; readonly quality?: Quality[] }
export type StatusFlags = AgentFlags & { readonly json?: true }

const details = `
The desktop agent is a part of every node that plays the role of a creator. A page that asks to work with it shows a code; let it in
only if it is the one that you see.

  $ spk-encoder agent open --account alice               an address that opens the agent's page, once
  $ spk-encoder agent pair ABCD-2345 --account alice     let the page in that shows this code
  $ spk-encoder agent add holiday.mp4 --account alice    encode a file, where the node has no indexer`

/** `spk-encoder agent`: what the owner of a desktop agent asks of it while it runs. */
export function createAgentCommand(): Command {
  return new Command('agent')
    .description("Speak to the desktop agent of a creator's node that runs on this machine.")
    .addHelpText('after', details)
    .addCommand(
      named('status', 'Tell what it does.')
        .option('--json', 'print one JSON object')
        .action(async (flags: StatusFlags) => (await run()).runStatus(flags)),
    )
    .addCommand(
      named('open', 'Print an address that opens its page, once.').action(
        async (flags: AgentFlags) => (await run()).runOpen(flags),
      ),
    )
    .addCommand(
      named('pair', 'Let the page in that shows a code.')
        .argument('<code>', 'as the page shows it', parsedBy(PairingCode))
        .action(async (code: PairingCode, flags: AgentFlags) =>
          (await run()).runDecide(code, true, flags),
        ),
    )
    .addCommand(
      named('refuse', 'Keep the page out that shows a code.')
        .argument('<code>', 'as the page shows it', parsedBy(PairingCode))
        .action(async (code: PairingCode, flags: AgentFlags) =>
          (await run()).runDecide(code, false, flags),
        ),
    )
    .addCommand(
      named('pause', 'Let it take no further jobs; what is at work goes on.').action(
        async (flags: AgentFlags) => (await run()).runPause(true, flags),
      ),
    )
    .addCommand(
      named('resume', 'Let it take jobs again.').action(async (flags: AgentFlags) =>
        (await run()).runPause(false, flags),
      ),
    )
    .addCommand(
      named('add', "Put a video into the node's own queue, where it has no indexer.")
        .argument('<file>', 'the video')
        .option('--permlink <name>', "what the job is called (default: the file's name)")
        .option(
          '--quality <name>',
          '1080p, 720p or 480p; may be repeated (default: all that the video can be had in)',
          collectedBy(Quality),
        )
        .action(async (file: string, flags: AddFlags) => (await run()).runAdd(file, flags)),
    )
}

const run = () => import('./run-agent.ts')

function named(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .requiredOption('--account <name>', 'whose node it is (required)', parsedBy(HiveAccount))
    .option('--data <dir>', "the node's directory (default: the user's data directory)")
}
