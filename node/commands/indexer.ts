import { Command } from 'commander'
import { z } from 'zod'
import { HiveAccount } from '#protocol/ids.ts'
import { chainOption } from './chain-option.ts'
import {
  announceOption,
  bootstrapOption,
  collectedBy,
  count,
  denyListOption,
  listenOption,
  parsedBy,
  uploadLimitOption,
  wholeNumber,
} from './options.ts'

export type IndexerFlags = {
  readonly chain?: string[]
  readonly data?: string
  readonly host: string
  readonly port: number
  readonly listen?: string[]
  readonly announce?: string[]
  readonly bootstrap?: string[]
  readonly uploadLimit?: number
  readonly domain?: string
  readonly origin?: string[]
  readonly behindProxy?: true
  readonly poll?: number
  readonly lease?: number
  readonly rebuild?: true
  readonly denyList?: string
  readonly alertUrl?: string
  readonly developmentSigner?: HiveAccount[]
}

const Origin = z
  .url()
  .refine((text) => URL.parse(text)?.origin === text, 'not an origin like https://example.org')

/** `spk-encoder indexer`: tables, API and gateway for those who want a server. */
export function createIndexerCommand(): Command {
  return new Command('indexer')
    .description(
      'Follow the chain into Postgres, keep a queue of encoding jobs, and serve both over HTTP.',
    )
    .addOption(chainOption())
    .option(
      '--data <dir>',
      "directory for everything the indexer keeps (default: the user's data directory)",
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option(
      '--port <number>',
      'port to listen on; 0 takes a free one',
      parsedBy(wholeNumber(0, 65_535)),
      8_080,
    )
    .addOption(listenOption())
    .addOption(announceOption())
    .addOption(bootstrapOption())
    .addOption(uploadLimitOption())
    .option(
      '--domain <name>',
      'name by which people reach it; signing in is bound to it (default: host and port)',
    )
    .option(
      '--origin <origin>',
      'origin of another page that may call the API, as https://example.org; may be repeated',
      collectedBy(Origin),
    )
    .option('--behind-proxy', 'believe what a proxy in front says of the address of a request')
    .option(
      '--poll <ms>',
      'milliseconds between two looks at the chain (default: 3000 on mainnet, 500 on devchain)',
      parsedBy(count(60_000)),
    )
    .option(
      '--lease <seconds>',
      'seconds for which an encoder that has a job may be silent (default: 60)',
      parsedBy(wholeNumber(1, 86_400)),
    )
    .option(
      '--rebuild',
      "forget what was read from the chain and begin at the market's first block",
    )
    .addOption(denyListOption())
    .option(
      '--alert-url <url>',
      'webhook that is told when the queue, the chain, payouts or the disk are in trouble',
      parsedBy(z.url('not a URL')),
    )
    .option(
      '--development-signer <account>',
      'development chain only: sign for this play account whenever a page asks; may be repeated',
      collectedBy(HiveAccount),
    )
    .addHelpText('after', details)
    .action(async (flags: IndexerFlags) => (await import('./run-indexer.ts')).runIndexer(flags))
}

const details = `
Needs nothing installed: a Postgres server of its own starts with it and stops with it. It listens on this machine only
unless --host says otherwise; in public it belongs behind a proxy that speaks TLS.

  $ spk-encoder indexer --chain http://127.0.0.1:8090
  $ spk-encoder indexer --chain mainnet --host 0.0.0.0 --domain market.example.org --behind-proxy

Then: /api is the API as a page, /openapi.json its description, /health and /metrics are for operators, /ipfs is a gateway.
Several may share one database: one reads the chain, all serve.

Environment: DATABASE_URL names a Postgres server (14 to 18) to use instead of its own, SPK_ALERT_SECRET (whsec_…) signs what
--alert-url is told; SPK_SECRET_KEYS (64 hex digits each, separated by commas) seal the webhook secrets in the database, the first
seals and all open, and where there is none the data directory has one: indexers of one database need the same; FFMPEG_PATH and FFPROBE_PATH name the programs to use; SPK_DATA is the directory for data directories;
SPK_LOG_LEVEL is debug, info, warn, error or silent.`
