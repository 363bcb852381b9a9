import { Command, Option } from 'commander'
import { z } from 'zod'
import { MilliHbd } from '#protocol/amount.ts'
import { Statement } from '#protocol/dispute.ts'
import { Cid, HiveAccount, JobId } from '#protocol/ids.ts'
import { Codec } from '#protocol/recipe.ts'
import type { Bidding, SelectionMode } from '#protocol/selection.ts'
import { chainOption } from './chain-option.ts'
import type { CheckFlags } from './check-bids.ts'
import { biddingOption, count, parsedBy, selectionOption } from './options.ts'

type DataFlag = { readonly data?: string }
export type OutputFlags = DataFlag & { readonly json?: true }
export type AwardFlags = OutputFlags & { readonly atMost?: z.output<typeof MilliHbd> }
export type DisputeFlags = OutputFlags & {
  readonly reason: Statement
  readonly evidence?: z.output<typeof Cid>
}
type AccountFlag = { readonly account: z.output<typeof HiveAccount> }
export type ListFlags = OutputFlags & AccountFlag
export type PostFlags = OutputFlags &
  AccountFlag & {
    readonly ceiling?: z.output<typeof MilliHbd>
    readonly codec?: Codec
    readonly selection?: SelectionMode
    readonly bidding?: Bidding
    readonly split?: number | 'auto'
    readonly detach?: true
  }

const details = `
What a creator asks of a node that runs on this machine (spk-encoder node --role creator). The job is the node's: it goes on whoever
watches, and through restarts.

  $ spk-encoder job post holiday.mp4 --account alice --ceiling "0.100 HBD"
  $ spk-encoder job post holiday.mp4 --account alice --selection ask --detach
  $ spk-encoder job post wedding.mp4 --account alice --split auto
  $ spk-encoder job bids alice:0123456789abcdef
  $ spk-encoder job award alice:0123456789abcdef swift-encoder --at-most "0.042 HBD"
  $ spk-encoder job release alice:0123456789abcdef
  $ spk-encoder job dispute alice:0123456789abcdef --reason "From 0:12 on the picture is black."

Exit code: 0 it is done, and a job that was watched is paid; 1 it could not be done, or the job failed.`

/** `spk-encoder job`: posts videos to the market through the creator's own node, and follows them. */
export function createJobCommand(): Command {
  return new Command('job')
    .description(
      "Post videos to the market, follow them, and choose among bids: through the creator's node.",
    )
    .addHelpText('after', details)
    .addCommand(
      withOutput(new Command('post').description('Offer a video to the market, and watch the job.'))
        .argument('<file>', 'the video')
        .requiredOption('--account <name>', 'whose node it is (required)', parsedBy(HiveAccount))
        .option(
          '--ceiling <amount>',
          "most that the encoder may ask, such as 0.100 HBD (default: the node's own)",
          parsedBy(MilliHbd),
        )
        .addOption(
          new Option(
            '--codec <name>',
            "what the video is to be encoded in (default: the node's own choice)",
          ).choices(Codec.options),
        )
        .addOption(selectionOption("who chooses among the bids (default: the node's own way)"))
        .addOption(biddingOption("how bids come (default: the node's own way)"))
        .option(
          '--split <ranges>',
          'sell the video in so many ranges, each to an encoder of its own, or in as many as there are encoders at hand (auto)',
          parsedBy(z.union([z.literal('auto'), count(64)])),
        )
        .option('--detach', "print the job's id and leave the rest to the node")
        .action(async (file: string, flags: PostFlags) => (await run()).runPost(file, flags)),
    )
    .addCommand(
      withOutput(new Command('list').description('The latest jobs of the node, the newest first.'))
        .requiredOption('--account <name>', 'whose node it is (required)', parsedBy(HiveAccount))
        .action(async (flags: ListFlags) => (await run()).runList(flags)),
    )
    .addCommand(
      withOutput(
        ofJob('watch', 'Show what has happened to a job, and go on until it ends.'),
      ).action(async (job: JobId, flags: OutputFlags) => (await run()).runWatch(job, flags)),
    )
    .addCommand(
      withOutput(
        ofJob(
          'bids',
          'The bids for a job as the node ranks them, and what each rank follows from.',
        ),
      ).action(async (job: JobId, flags: OutputFlags) => (await run()).runBids(job, flags)),
    )
    .addCommand(
      new Command('check-bids')
        .description(
          'Check bids that job bids --json printed: signatures, seals and the award; anybody can.',
        )
        .argument('<file>', 'what was printed')
        .addOption(chainOption())
        .option('--json', 'print JSON: one object a line')
        .action(async (file: string, flags: CheckFlags) =>
          (await import('./check-bids.ts')).runCheckBids(file, flags),
        ),
    )
    .addCommand(
      withOutput(ofJob('award', "Award the job to an encoder's bid, now."))
        .argument('<encoder>', 'account of the encoder', parsedBy(HiveAccount))
        .option(
          '--at-most <amount>',
          'award nothing where the encoder asks more by now, such as 0.042 HBD',
          parsedBy(MilliHbd),
        )
        .action(async (job: JobId, encoder: HiveAccount, flags: AwardFlags) =>
          (await run()).runAward(job, encoder, flags),
        ),
    )
    .addCommand(
      withOutput(
        ofJob('release', 'Pay for good work that is above what the node pays by itself.'),
      ).action(async (job: JobId, flags: OutputFlags) => (await run()).runRelease(job, flags)),
    )
    .addCommand(
      withOutput(
        ofJob('dispute', 'Call the arbiter of a job, or say more to it: once, for all to read.'),
      )
        .requiredOption(
          '--reason <text>',
          'what is to be known of it: where it goes wrong, and what is seen or heard there (required)',
          parsedBy(Statement),
        )
        .option('--evidence <cid>', 'a file in IPFS that shows it', parsedBy(Cid))
        .action(async (job: JobId, flags: DisputeFlags) => (await run()).runDispute(job, flags)),
    )
}

const run = () => import('./run-job.ts')

function ofJob(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument('<job>', "the job's id, such as alice:0123456789abcdef", parsedBy(JobId))
}

function withOutput(command: Command): Command {
  return command
    .option('--data <dir>', "the node's directory (default: the user's data directory)")
    .option('--json', 'print JSON: one object a line')
}
