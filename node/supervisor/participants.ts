import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PrivateKey } from '@hiveio/dhive'
import { z } from 'zod'
import { HiveAccount } from '#protocol/ids.ts'
import type { Codec } from '#protocol/recipe.ts'
import type { ChildSpec } from './child.ts'

/** Where and how fast a local market runs. */
export type MarketLayout = {
  readonly data: string
  /** Seconds between two blocks. */
  readonly interval: number
  /** Part workers of the swift encoder; the thrifty one has a single one. */
  readonly workers: number
  /** What its jobs are encoded in: every node is measured for it. */
  readonly codec: Codec
  /** Jobs that each encoder takes at a time, bids for others included; absent for one. */
  readonly slots?: number
  /** Whether an indexer watches it all. */
  readonly indexer: boolean
}

type Participant = {
  readonly account: HiveAccount
  readonly options: (layout: MarketLayout) => readonly string[]
}

/** A promise of so many seconds on the clock, in seconds of a chain that may run faster than the clock. */
function chainSeconds(clockSeconds: number, { interval }: MarketLayout): string {
  return String(Math.ceil((clockSeconds * blockSeconds) / Math.min(interval, blockSeconds)))
}

const blockSeconds = 3

const encoderOptions = (layout: MarketLayout): readonly string[] => [
  ...['--role', 'encoder'],
  ...['--firm-seconds', chainSeconds(120, layout)],
  ...['--margin-seconds', chainSeconds(60, layout)],
  ...['--slots', String(layout.slots ?? 1)],
]

/** Accounts of the local market: two encoders that differ in price and speed, so that choosing means something. */
export const participants: readonly Participant[] = [
  {
    account: HiveAccount.parse('creator'),
    options: (layout) => [
      ...['--role', 'creator'],
      ...['--bid-seconds', chainSeconds(15, layout)],
      ...['--ratification-seconds', chainSeconds(180, layout)],
      ...['--deadline-seconds', chainSeconds(600, layout)],
    ],
  },
  {
    account: HiveAccount.parse('swift-encoder'),
    options: (layout) => [
      ...encoderOptions(layout),
      ...['--price-percent', '100', '--workers', String(layout.workers)],
    ],
  },
  {
    account: HiveAccount.parse('thrifty-encoder'),
    options: (layout) => [...encoderOptions(layout), '--price-percent', '95', '--workers', '1'],
  },
  {
    account: HiveAccount.parse('arbiter'),
    options: () => ['--role', 'arbiter', '--fee', '0.001 HBD'],
  },
]

/** An account without a node, for whoever looks around on the dashboard: the indexer signs for it. */
const newcomer = HiveAccount.parse('newcomer')

const openingBalance = '100.000 HBD'

/** The development chain as a child process, with its genesis written down. */
export async function chainSpec({ data, interval }: MarketLayout): Promise<ChildSpec> {
  const directory = await makeDirectory({ data }, 'devchain')
  const genesis = join(directory, 'genesis.json')
  // A chain that is there already goes on from the genesis that it had.
  if ((await genesisAccounts({ data })).length === 0) await writeFile(genesis, newGenesis())
  return {
    name: 'devchain',
    log: join(directory, 'log'),
    environment: {},
    args: (port) => [
      'devchain',
      ...['--port', String(port ?? 0)],
      ...['--genesis', genesis],
      ...['--interval', String(interval)],
      ...['--data', directory],
    ],
  }
}

function newGenesis(): string {
  const names = [...participants.map(({ account }) => account), newcomer]
  const balance = { hbd: openingBalance, hive: '0.000 HIVE' }
  return JSON.stringify({ accounts: Object.fromEntries(names.map((name) => [name, balance])) })
}

/** Names of the chain's first accounts; none where it is new, or its file was cut short. */
async function genesisAccounts({ data }: Pick<MarketLayout, 'data'>): Promise<readonly string[]> {
  try {
    const { accounts } = Genesis.parse(
      JSON.parse(await readFile(join(data, 'devchain', 'genesis.json'), 'utf8')),
    )
    return Object.keys(accounts)
  } catch {
    return []
  }
}

const Genesis = z.object({ accounts: z.record(z.string(), z.unknown()) })

/** Whom the indexer signs for: the creator in a market that is older than the newcomer. */
export async function playAccount(layout: Pick<MarketLayout, 'data'>): Promise<HiveAccount> {
  const accounts = await genesisAccounts(layout)
  return accounts.includes(newcomer) ? newcomer : HiveAccount.parse('creator')
}

/** A participant's node as a child process, with the development keys that everyone can derive. */
export async function nodeSpec(
  { account, options }: Participant,
  layout: MarketLayout,
  rpc: string,
): Promise<ChildSpec> {
  const directory = await makeDirectory(layout, account)
  return {
    name: account,
    log: join(directory, 'log'),
    environment: {
      SPK_POSTING_KEY: developmentKey(account, 'posting'),
      SPK_ACTIVE_KEY: developmentKey(account, 'active'),
    },
    args: (port) => [
      'node',
      ...['--chain', 'devchain'],
      ...['--account', account],
      ...['--rpc', rpc],
      ...['--data', directory],
      ...['--port', String(port ?? 0)],
      ...['--poll', pollMs(layout)],
      ...options(layout),
    ],
  }
}

export const indexerName = 'indexer'

/** The indexer as a child process, with a Postgres server of its own. */
export async function indexerSpec(layout: MarketLayout, rpc: string): Promise<ChildSpec> {
  const directory = await makeDirectory(layout, indexerName)
  const account = await playAccount(layout)
  return {
    name: indexerName,
    log: join(directory, 'log'),
    environment: {},
    args: (port) => [
      'indexer',
      ...['--chain', rpc],
      ...['--data', directory],
      ...['--port', String(port ?? 0)],
      ...['--poll', pollMs(layout)],
      ...['--development-signer', account],
    ],
  }
}

/** Milliseconds between two looks at a chain of this pace. */
function pollMs({ interval }: MarketLayout): string {
  return String(Math.min(300, Math.max(50, interval * 100)))
}

/** The directory of one process of the market, made where it is missing. */
export async function makeDirectory(
  { data }: Pick<MarketLayout, 'data'>,
  name: string,
): Promise<string> {
  const directory = join(data, name)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  return directory
}

function developmentKey(account: string, role: string): string {
  return PrivateKey.fromLogin(account, 'devchain', role as 'posting').toString()
}
