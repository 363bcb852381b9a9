import { availableParallelism } from 'node:os'
import { Command, Option } from 'commander'
import { z } from 'zod'
import { MilliHbd } from '#protocol/amount.ts'
import { desktopAgentPort } from '#protocol/api/desktop.ts'
import { HiveAccount } from '#protocol/ids.ts'
import type { Codec } from '#protocol/recipe.ts'
import { NodeRole, Region } from '#protocol/registration.ts'
import type { Bidding, SelectionMode } from '#protocol/selection.ts'
import type { HardwareChoice } from '../encoding/hardware/hardware-choice.ts'
import type { NetworkName } from '../networks.ts'
import { networks } from '../networks.ts'
import type { Reach } from '../p2p/reach.ts'
import {
  announceOption,
  biddingOption,
  bootstrapOption,
  codecOption,
  collectedBy,
  count,
  denyListOption,
  hardwareOption,
  listenOption,
  parsedBy,
  reachOption,
  selectionOption,
  uploadLimitOption,
  wholeNumber,
} from './options.ts'

export type NodeFlags = {
  readonly account: z.output<typeof HiveAccount>
  readonly role: NodeRole[]
  readonly region?: Region
  readonly chain: NetworkName
  readonly rpc?: string[]
  readonly dryRun?: true
  readonly yesRealMoney?: true
  readonly escrowLimit?: z.output<typeof MilliHbd>
  readonly releaseLimit?: z.output<typeof MilliHbd>
  readonly awardLimit?: z.output<typeof MilliHbd>
  readonly dailyAwardLimit?: z.output<typeof MilliHbd>
  readonly keystore?: string
  readonly passwordFile?: string
  readonly data?: string
  readonly listen?: string[]
  readonly announce?: string[]
  readonly bootstrap?: string[]
  readonly uploadLimit?: number
  readonly reach?: Reach
  readonly upnp?: true
  readonly port: number
  readonly dashboard?: number
  readonly denyList?: string
  readonly indexer?: string
  readonly agentPort: number | 'off'
  readonly agentOrigin?: string[]
  readonly supervised?: true
  readonly poll?: number
  readonly workers: number
  readonly hardware: HardwareChoice
  readonly slots: number
  readonly pricePercent: number
  readonly priceList?: string
  readonly firmSeconds: number
  readonly onStop?: 'hand-back' | 'keep'
  readonly marginSeconds: number
  readonly bidSeconds: number
  readonly ratificationSeconds: number
  readonly deadlineSeconds: number
  readonly ceilingPercent: number
  readonly codec: Codec
  readonly selection: SelectionMode
  readonly bidding: Bidding
  readonly askSeconds: number
  readonly replicas: number
  readonly replicaSeconds: number
  readonly replicaStore: number
  readonly block?: z.output<typeof HiveAccount>[]
  readonly reputationFloor: number
  readonly standIns: number
  readonly standInAtOnce?: z.output<typeof MilliHbd>
  readonly fee: z.output<typeof MilliHbd>
}

/** Without what would only be added to every path. */
const IndexerUrl = z
  .url({ protocol: /^https?$/, error: 'not the address of an indexer' })
  .transform((url) => url.replace(/\/+$/, ''))
const AgentPort = z.union([z.literal('off'), wholeNumber(0, 65_535)], {
  error: 'not a port, and not off',
})
/** As browsers write it, those of desktop shells included. */
const PageOrigin = z
  .string()
  .regex(/^[a-z][a-z0-9+.-]*:\/\/[^/\s]+$/, 'not an origin like https://market.example')

/** Beside the desktop agent's, and out of the way of indexers. */
const usualDashboardPort = '3001'

const usualFee = '0.001 HBD'
const percent = count(100_000)

/** `spk-encoder node`: one participant of the market. */
export function createNodeCommand(): Command {
  return new Command('node')
    .description(
      'Run one node of the market: a creator, an encoder, an arbiter, or several of them.',
    )
    .requiredOption(
      '--account <name>',
      'Hive account of the node (required)',
      parsedBy(HiveAccount),
    )
    .requiredOption(
      '--role <role>',
      'creator, encoder, arbiter, gateway or relay; may be repeated (required)',
      collectedBy(NodeRole),
    )
    .option(
      '--region <country>',
      'where it stands, for who looks for an encoder nearby: two letters of ISO 3166-1, such as DE (default: not told)',
      parsedBy(Region),
    )
    .addOption(
      new Option('--chain <name>', 'chain and market to take part in')
        .choices(Object.keys(networks))
        .default('devchain'),
    )
    .option(
      '--rpc <url>',
      "Hive JSON-RPC endpoint; may be repeated, the first is preferred (default: the chain's usual ones)",
      collectedBy(z.url('not a URL')),
    )
    .option(
      '--dry-run',
      'print each transaction instead of sending it; change nothing on the chain',
    )
    .option('--yes-real-money', 'say that this node may move money of the main network')
    .option(
      '--escrow-limit <amount>',
      'creator: most that one job may cost (default: 10.000 HBD on mainnet, none on devchain)',
      parsedBy(MilliHbd),
    )
    .option(
      '--release-limit <amount>',
      'creator: most that one escrow releases for good work without the word of spk-encoder job release (default: no limit)',
      parsedBy(MilliHbd),
    )
    .option(
      '--keystore <file>',
      "keystore with the account's keys (default: in the user's configuration)",
    )
    .option('--password-file <file>', "file whose first line is the keystore's password")
    .option(
      '--data <dir>',
      "directory for everything the node keeps (default: the user's data directory)",
    )
    .addOption(listenOption())
    .addOption(announceOption())
    .addOption(bootstrapOption())
    .addOption(uploadLimitOption())
    .addOption(reachOption())
    .option('--upnp', 'ask the router of the own network to let others in')
    .option(
      '--port <number>',
      'port of gateway and control on 127.0.0.1; 0 takes a free one',
      parsedBy(wholeNumber(0, 65_535)),
      0,
    )
    .addOption(
      new Option(
        '--dashboard [port]',
        'show the market as pages on 127.0.0.1, read-only, from what this node knows by itself; 0 takes a free port (default: off)',
      )
        .argParser(parsedBy(wholeNumber(0, 65_535)))
        .preset(usualDashboardPort),
    )
    .addOption(denyListOption())
    .option(
      '--indexer <url>',
      "creator: indexer whose queue the desktop agent takes the account's jobs from (default: the node's own queue)",
      parsedBy(IndexerUrl),
    )
    .addOption(
      new Option(
        '--agent-port <port>',
        'creator: port of the desktop agent on 127.0.0.1, or the next free one; 0 takes any, off keeps pages out',
      )
        .argParser(parsedBy(AgentPort))
        .default(desktopAgentPort),
    )
    .option(
      '--award-limit <amount>',
      'creator: most that a job which waits at the indexer may cost, its arbiter included, where the node offers and awards it by itself (default: it offers none)',
      parsedBy(MilliHbd),
    )
    .option(
      '--daily-award-limit <amount>',
      'creator: most that the jobs of a day may come to before it stops doing so (default: ten times the --award-limit)',
      parsedBy(MilliHbd),
    )
    .option(
      '--agent-origin <origin>',
      'creator: origin of pages that may ask to be paired, besides the indexer; may be repeated',
      collectedBy(PageOrigin),
    )
    .option(
      '--supervised',
      'for programs that run the node: print one line of JSON when it is up, stop when standard input ends',
    )
    .option(
      '--poll <ms>',
      'milliseconds between two looks at the chain (default: 3000 on mainnet, 500 on devchain)',
      parsedBy(count(60_000)),
    )
    .option(
      '--workers <count>',
      'parts encoded side by side',
      parsedBy(count(256)),
      availableParallelism(),
    )
    .addOption(hardwareOption())
    .option('--slots <count>', 'encoder: jobs taken at a time', parsedBy(count(64)), 1)
    .option(
      '--price-percent <percent>',
      'encoder: prices in percent of the list',
      parsedBy(percent),
      100,
    )
    .option(
      '--price-list <file>',
      'encoder: JSON of what it asks: perMinute by rendition, codecs in percent, minimum, and the most that loadPercent and urgencyPercent add (default: the usual prices, and nothing added)',
    )
    .option(
      '--firm-seconds <seconds>',
      'encoder: how long a bid stays firm after bidding has closed',
      parsedBy(count(86_400)),
      120,
    )
    .option(
      '--margin-seconds <seconds>',
      'encoder: time promised on top of the work',
      parsedBy(count(86_400)),
      60,
    )
    .addOption(
      new Option(
        '--on-stop <way>',
        'encoder: hand-back gives the money of unfinished work back at once, keep goes on with it after the next start (default: hand-back, and keep where a program runs the node)',
      ).choices(['hand-back', 'keep']),
    )
    .option(
      '--bid-seconds <seconds>',
      'creator: how long bids are awaited at the most',
      parsedBy(count(3_600)),
      30,
    )
    .option(
      '--ratification-seconds <seconds>',
      'creator: how long encoder and arbiter may take to stand by an escrow',
      parsedBy(count(86_400)),
      180,
    )
    .option(
      '--deadline-seconds <seconds>',
      "creator: time for the work besides what the video's length asks for",
      parsedBy(count(604_800)),
      600,
    )
    .option(
      '--ceiling-percent <percent>',
      'creator: default ceiling in percent of the usual price',
      parsedBy(percent),
      200,
    )
    .addOption(codecOption('creator: what jobs are encoded in, unless they say otherwise'))
    .addOption(selectionOption('creator: who chooses among bids').default('automatic'))
    .addOption(biddingOption('creator: how bids come').default('open'))
    .option(
      '--ask-seconds <seconds>',
      'creator: with --selection ask, how long a choice is waited for at the most',
      parsedBy(count(86_400)),
      600,
    )
    .option(
      '--stand-ins <count>',
      'creator: further jobs that are offered by themselves for a video whose encoder gave back or lost the money, one after another',
      parsedBy(wholeNumber(0, 10)),
      1,
    )
    .option(
      '--stand-in-at-once <amount>',
      'creator: most that such a job may cost while the escrow of an encoder that fell silent still stands, which may then be paid too (default: it waits for the refund)',
      parsedBy(MilliHbd),
    )
    .option(
      '--replicas <count>',
      'creator: peers that are to keep a finished tree before it is paid for, this node included; as many as there are gateways',
      parsedBy(count(20)),
      2,
    )
    .option(
      '--replica-seconds <seconds>',
      'creator: how long gateways are waited for; then the encoder is paid all the same',
      parsedBy(count(1_800)),
      120,
    )
    .option(
      '--replica-store <GiB>',
      'gateway: most that it keeps of finished trees for creators; what is more it refuses',
      parsedBy(wholeNumber(0, 1_000_000)),
      50,
    )
    .option(
      '--block <account>',
      'creator: encoder that is never awarded a job; may be repeated',
      collectedBy(HiveAccount),
    )
    .option(
      '--reputation-floor <score>',
      "creator: least that the low end of an encoder's reputation may be, of 1000; above 0 it keeps newcomers out",
      parsedBy(wholeNumber(0, 1_000)),
      0,
    )
    .addOption(
      new Option('--fee <amount>', 'arbiter: fee for standing by')
        .argParser(parsedBy(MilliHbd))
        .default(MilliHbd.decode(usualFee), usualFee),
    )
    .addHelpText('after', details)
    .action(async (flags: NodeFlags) => (await import('./run-node.ts')).runNode(flags))
}

const details = `
--account and --role have to be given; the rest is only for those who want it otherwise.
Seconds are those of the blocks of the chain.

  $ spk-encoder keys import --account alice --role posting
  $ spk-encoder keys import --account alice --role active
  $ spk-encoder node --account alice --role encoder
  $ spk-encoder node --account alice --role encoder --chain mainnet --dry-run

Keys come from the environment, as containers have it, or else from the keystore: SPK_POSTING_KEY signs what the node says,
SPK_ACTIVE_KEY whatever moves money, SPK_KEYSTORE_PASSWORD opens the keystore. Without an active key a creator's node makes
transactions that wait for its signature, and an encoder does not bid; what the keys allow is printed at the start.

A creator's node is also the desktop agent of its account: it encodes the account's own jobs for nothing. Pages find it on
127.0.0.1:3002, and work with it once they are paired: spk-encoder agent --help.

With --dashboard any node shows the market to its own machine: jobs, encoders, standings with their evidence, prices, money over time,
live offers and bids. Nothing is signed or posted there, and no database is needed; the first time it reads the market's blocks anew.
  $ spk-encoder node --account alice --role encoder --dashboard

Behind a router that lets nobody in, a node is found through a node of the role relay, and meets others directly past both their
routers; nothing has to be set. A relay needs a public address: say it with --announce, and let its port in for TCP and for UDP.
  $ spk-encoder node --account alice --role relay --announce /ip4/<its address>/tcp/4001

On mainnet the money is real: a creator, an encoder or an arbiter starts only with --dry-run or with --yes-real-money.

Environment: FFMPEG_PATH and FFPROBE_PATH name the programs to use; SPK_DATA is the directory for data directories and the
keystore where --data and --keystore do not choose them; SPK_LOG_LEVEL is debug, info, warn, error or silent.`
