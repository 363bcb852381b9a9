import { copyFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { Ledger } from '#contracts/ledger.ts'
import type { ControlClient } from '#node/control/control-client.ts'
import { createControlClient } from '#node/control/control-client.ts'
import { tokenFile } from '#node/control/control-files.ts'
import { devchainKey } from '#node/devchain/keys.ts'
import { calibrationFile, createEncodingEngine } from '#node/encoding/engine.ts'
import { aChainNode } from './chain-node.ts'
import type { Command } from './command.ts'
import { startCommand } from './command.ts'
import type { TestDevchain } from './devchain.ts'
import { aDevchain } from './devchain.ts'
import { makeFolder, openTools, untroubled } from './ffmpeg.ts'
import { aFreePort, until } from './peers.ts'

/** A creator, three encoders and an arbiter that keeps trees too: each a process as its user runs it, at a chain of the test's. */
export type SplitMarket = AsyncDisposable & {
  /** Where everything of it lies; the engine's measure of this machine too. */
  readonly folder: string
  /** Speaks to the creator's node, whichever of its lives it is in. */
  readonly creator: ControlClient
  /** Data directory of a node. */
  dataOf(name: string): string
  /** Address of the creator's node. */
  readonly url: string
  /** Ends a node as a power cut does. */
  kill(name: string): Promise<void>
  /** Starts a node that was killed. */
  start(name: string): Promise<void>
  /** What the chain says of the market now. */
  ledger(): Promise<Ledger>
  /** Milli-HBD of each account. */
  balances(): Promise<ReadonlyMap<string, bigint>>
}

export const splitEncoders = ['encoder-one', 'encoder-two', 'encoder-three'] as const
const names = ['creator', ...splitEncoders, 'arbiter']

/** Seconds between two blocks, which are three seconds apart by their own clock. */
const interval = 0.5
/** A promise of so many seconds on the clock, in seconds of the chain. */
const chainSeconds = (seconds: number): string => String((seconds * 3) / interval)

const encoderOptions = [
  ...['--role', 'encoder', '--workers', '1'],
  ...['--firm-seconds', chainSeconds(120), '--margin-seconds', chainSeconds(60)],
]
const creatorOptions = [
  ...['--role', 'creator', '--agent-port', 'off', '--replicas', '2'],
  ...['--bid-seconds', chainSeconds(10), '--ratification-seconds', chainSeconds(120)],
  ...['--deadline-seconds', chainSeconds(150)],
]
const arbiterOptions = ['--role', 'arbiter', '--role', 'gateway', '--fee', '0.001 HBD']

function optionsOf(name: string): readonly string[] {
  if (name === 'creator') return creatorOptions
  return name === 'arbiter' ? arbiterOptions : encoderOptions
}

const Ready = z.object({ type: z.literal('ready'), url: z.url() })
const Balances = z.array(z.object({ name: z.string(), hbd_balance: z.string() }))

export async function startSplitMarket(): Promise<SplitMarket> {
  const folder = await makeFolder()
  await using starting = new AsyncDisposableStack()
  const wealthy = { hbd: '100.000 HBD', hive: '0.000 HIVE' }
  const accounts = Object.fromEntries(names.map((name) => [name, wealthy]))
  const chain = starting.use(
    await aDevchain({ accounts, pace: { type: 'interval', seconds: interval } }),
  )
  // Measured once, while nothing else runs: nodes that measure at the same time measure each other.
  await createEncodingEngine(
    { tools: await openTools() },
    { directory: folder, signal: untroubled, workers: 1 },
  )
  const dataOf = (name: string): string => path.join(folder, name)
  for (const name of names) {
    await mkdir(dataOf(name), { recursive: true })
    await copyFile(path.join(folder, calibrationFile), path.join(dataOf(name), calibrationFile))
  }

  const port = await aFreePort()
  const nodes = new Map<string, Command>()
  const start = async (name: string): Promise<void> => {
    const own = name === 'creator' ? String(port) : '0'
    const node = aNode(name, { chain, data: dataOf(name), port: own })
    nodes.set(name, node)
    Ready.parse(JSON.parse(await node.line((line) => line.startsWith('{'))))
  }
  const kill = async (name: string): Promise<void> => {
    const node = nodes.get(name)
    if (!node || !nodes.delete(name)) return
    process.kill(-node.pid, 'SIGKILL')
    await node.ended
  }
  starting.defer(async () => {
    for (const { process: child } of nodes.values()) child.stdin?.end()
    for (const { ended } of nodes.values()) await ended
  })
  await Promise.all(names.map(start))
  const observer = starting.use(
    aChainNode({ urls: [chain.url], account: 'stranger', now: Date.now }),
  )
  const url = `http://127.0.0.1:${port}`
  const creator = await createControlClient(url, path.join(dataOf('creator'), tokenFile))
  await until(() => isAcquainted(creator))
  const stack = starting.move()
  return {
    ...{ folder, creator, url, dataOf, kill, start },
    ledger: async () => {
      await observer.catchUp()
      return observer.follower.view.current()
    },
    balances: async () => {
      const found = Balances.parse(await chain.call('condenser_api.get_accounts', [names]))
      return new Map(found.map(({ name, hbd_balance }) => [name, milli(hbd_balance)]))
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

type NodePlace = { readonly chain: TestDevchain; readonly data: string; readonly port: string }

function aNode(name: string, { chain, data, port }: NodePlace): Command {
  return startCommand(
    [
      ...['node', '--chain', 'devchain', '--account', name, '--rpc', chain.url, '--data', data],
      ...['--port', port, '--poll', '50', '--hardware', 'off', '--supervised'],
      ...optionsOf(name),
    ],
    {
      SPK_POSTING_KEY: devchainKey(name, 'posting').toString(),
      SPK_ACTIVE_KEY: devchainKey(name, 'active').toString(),
      SPK_LOG_LEVEL: 'info',
    },
    null,
  )
}

/** Every other participant is in the registry and connected to the creator. */
async function isAcquainted(creator: ControlClient): Promise<boolean> {
  const { registered, encoders, arbiters } = await creator.status()
  return registered && encoders.length >= splitEncoders.length && arbiters.length > 0
}

function milli(hbd: string): bigint {
  return BigInt(hbd.replace(/\D/g, ''))
}
