import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { NodeRecord } from '#contracts/registry.ts'
import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { Logger } from '#node/logger.ts'
import { createLogger } from '#node/logger.ts'
import type { Bans } from '#node/p2p/bans.ts'
import { noBans } from '#node/p2p/bans.ts'
import type { BlockFetcher } from '#node/p2p/block-fetcher.ts'
import { createBlockFetcher } from '#node/p2p/block-fetcher.ts'
import type { BlockStreamOptions } from '#node/p2p/block-streams.ts'
import { blockStreamOptions, createBlockStreams } from '#node/p2p/block-streams.ts'
import type { Host, HostOptions } from '#node/p2p/host.ts'
import { startHost } from '#node/p2p/host.ts'
import type { PeerConduct } from '#node/p2p/peer-conduct.ts'
import type { PeerDirectory } from '#node/p2p/peer-directory.ts'
import { createPeerDirectory } from '#node/p2p/peer-directory.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { Multiaddr, PeerId } from '#protocol/ids.ts'
import { alice, blockId, height, time } from './builders.ts'
import { aDirectory } from './directory.ts'
import { genesis, testNetwork } from './test-chain.ts'

export const silent: Logger = createLogger({ level: 'silent', name: 'test' })

export type TestHost = Host & { readonly path: string }

/** A peer with real sockets on 127.0.0.1, in a directory of its own or in a given one. */
export async function aHost({
  path,
  listen = ['/ip4/127.0.0.1/tcp/0'],
  announce = [],
  isRelay = false,
  isRelayed = false,
  conduct,
}: {
  readonly path?: string
  readonly listen?: readonly string[]
  readonly announce?: readonly string[]
  readonly isRelay?: boolean
  readonly isRelayed?: boolean
  readonly conduct?: PeerConduct
} = {}): Promise<TestHost> {
  await using starting = new AsyncDisposableStack()
  const directory = path ?? starting.use(await aDirectory()).path
  const options: HostOptions = {
    ...{ listen: [...listen], announce: [...announce] },
    ...{ reach: 'loopback', configured: [], isRelay, isRelayed },
  }
  const host = starting.use(await startHost(directory, testNetwork.operationId, options, conduct))
  const stack = starting.move()
  return { ...host, path: directory, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

/** What the registry says of a host. */
export function aNodeRecord(
  account: HiveAccount,
  host: Host,
  overrides: Partial<NodeRecord> = {},
): NodeRecord {
  return {
    phase: 'active',
    account,
    since: height(1),
    updated: height(1),
    peer: PeerId.parse(host.libp2p.peerId.toString()),
    addresses: host.libp2p.getMultiaddrs().map((address) => Multiaddr.parse(address.toString())),
    roles: ['creator'],
    ...overrides,
  }
}

export type TestRegistry = LedgerView & {
  readonly register: (...nodes: readonly NodeRecord[]) => void
  /** Chain time of the head block, in seconds. */
  readonly setTime: (seconds: number) => void
}

/** A ledger of which only the registry and the clock are looked at. */
export function aRegistry(...nodes: readonly NodeRecord[]): TestRegistry {
  let ledger = genesis()
  const register = (...added: readonly NodeRecord[]): void => {
    const known = added.map((node) => [node.account, node] as const)
    ledger = { ...ledger, nodes: new Map([...ledger.nodes, ...known]) }
  }
  const setTime = (seconds: number): void => {
    ledger = { ...ledger, head: { height: height(1), id: blockId(1), time: time(seconds) } }
  }
  register(...nodes)
  return { current: () => ledger, isSynced: () => true, isTrusted: () => true, register, setTime }
}

const directoryOptions = {
  bootstrap: [],
  reach: 'loopback',
  everyMs: 20,
  targetConnections: 50,
} as const

export function aPeerDirectory(
  host: Host,
  ledger: LedgerView,
  options: Partial<Parameters<typeof createPeerDirectory>[1]> = {},
  self: HiveAccount = alice,
): PeerDirectory {
  return createPeerDirectory(
    { libp2p: host.libp2p, ledger, self, logger: silent, now: Date.now },
    { ...directoryOptions, ...options },
  )
}

/** A fetcher that knows the given hosts by their accounts. */
export function aFetcher(
  host: Host,
  providers: Readonly<Record<string, Host>>,
  options: Partial<BlockStreamOptions> = {},
  limits?: { readonly smallBlocks: number },
  bans: Bans = noBans,
): BlockFetcher {
  const registry = aRegistry(
    ...Object.entries(providers).map(([name, provider]) =>
      aNodeRecord(name as HiveAccount, provider),
    ),
  )
  const streams = createBlockStreams(
    { libp2p: host.libp2p, peers: aPeerDirectory(host, registry), bans },
    { ...blockStreamOptions, ...options },
  )
  return createBlockFetcher({ blocks: host.blocks, streams, logger: silent }, limits)
}

/** Connects a host to others by their addresses. */
export async function connect(host: Host, ...others: readonly Host[]): Promise<void> {
  for (const { libp2p } of others) await host.libp2p.dial(libp2p.getMultiaddrs())
}

/** Resolves once a condition holds, looked at again and again; the test's own time limit ends it. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Beneath the ports that systems give to whoever asks for any, so that nobody is given it before it is listened on. */
const chosenPorts = { from: 20_000, to: 32_000 } as const

/** A port of 127.0.0.1 that is free now, and stays so. */
export async function aFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(chosenPorts.from, chosenPorts.to)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch {
    return false
  }
  await new Promise((resolve) => server.close(resolve))
  return true
}
