import { randomBytes } from 'node:crypto'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 as sha256Hash } from 'multiformats/hashes/sha2'
import { openLocalQueue } from '#market/adapters/sqlite/agent-store.ts'
import type { NodeDatabase } from '#market/adapters/sqlite/database.ts'
import type { Clock } from '#market/ports/clock.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { PostingAuthority } from '#market/ports/posting-authority.ts'
import type { AgentHealth } from '#protocol/api/desktop.ts'
import type { OwnerStatus } from '#protocol/api/desktop-owner.ts'
import { utf8 } from '#protocol/canonical.ts'
import type { HwAccel } from '#protocol/encoder.ts'
import type { HiveAccount, PeerId } from '#protocol/ids.ts'
import type { Signer } from '#protocol/signer.ts'
import type { FlatBlockStore } from '../ipfs/block-store.ts'
import type { Logger } from '../logger.ts'
import { startLoop } from '../loop.ts'
import type { BlockStreams } from '../p2p/block-streams.ts'
import type { JobPipeline } from '../processing/job-pipeline.ts'
import { createAgentRouter } from './agent-routes.ts'
import { startAgentServer } from './agent-server.ts'
import type { AgentLimits } from './callers.ts'
import { createGuards, usualAgentLimits } from './callers.ts'
import type { DeskOptions } from './desk.ts'
import { usualDeskOptions } from './desk.ts'
import { createExchangeProbe } from './exchange-probe.ts'
import { createFreeBytes } from './free-bytes.ts'
import type { LogTail } from './log-tail.ts'
import { openDesk } from './open-desk.ts'
import { createOwnerRouter, pageLink } from './owner-routes.ts'
import { createPageKeys } from './page-keys.ts'
import { createPairing } from './pairing.ts'

/** How the desktop agent of a creator's node is set up. */
export type AgentConfig = {
  /** Of its API on 127.0.0.1; 0 takes a free one, null keeps pages out altogether. */
  readonly port: number | null
  /** Origins of pages that may ask to be paired. */
  readonly origins: readonly string[]
  /** Whose queue its jobs come from; null for the node's own. */
  readonly indexer: string | null
  readonly version: string
}

export type AgentDeps = {
  readonly account: HiveAccount
  readonly database: NodeDatabase
  readonly content: ContentStore
  readonly blocks: FlatBlockStore
  readonly pipeline: JobPipeline
  readonly engine: EncodingEngine
  readonly hwAccel: HwAccel
  readonly signer: Pick<Signer, 'signMessage'>
  readonly authority: PostingAuthority
  readonly peerStreams: BlockStreams
  /** Accounts whose nodes are connected, and those of them that are gateways. */
  readonly connected: () => readonly HiveAccount[]
  readonly gateways: () => readonly HiveAccount[]
  readonly peer: PeerId
  readonly clock: Clock
  readonly tail: Pick<LogTail, 'lines'>
  readonly logger: Logger
}

export type AgentOptions = {
  /** Of the node, with the token that its owner has. */
  readonly data: string
  readonly ownerToken: string
  readonly desk?: DeskOptions
  readonly limits?: AgentLimits
}

/** A running desktop agent. */
export type Agent = AsyncDisposable & {
  /** Null where pages are kept out, or no port was free. */
  readonly url: string | null
  /** An address that opens the status page once; null as the address is. */
  pageLink(): string | null
}

/** Any block will do to see whether peers answer. */
const probeText = 'spk-encoder asks whether you are there'

/** Starts the worker on the account's own jobs, and what pages and the owner meet it by. Disposing gives back what it holds. */
export async function startAgent(
  deps: AgentDeps,
  config: AgentConfig,
  {
    data,
    ownerToken,
    desk: deskOptions = usualDeskOptions,
    limits = usualAgentLimits,
  }: AgentOptions,
): Promise<Agent> {
  const { account, clock, content, logger } = deps
  await using starting = new AsyncDisposableStack()
  const stopping = new AbortController()
  starting.defer(() => stopping.abort())
  const localQueue = config.indexer === null ? openLocalQueue(deps.database, clock) : null
  const probeId = await sha256Hash.digest(utf8(probeText))
  const probe = createExchangeProbe({
    ...{ streams: deps.peerStreams, peers: deps.connected, clock },
    probe: CID.createV1(raw.code, probeId),
  })
  const desk = openDesk(deps, config, {
    ...{ localQueue, probe, options: deskOptions, signal: stopping.signal },
  })
  const freeBytes = createFreeBytes(data)
  const health = (): AgentHealth => {
    const { status, jobsInProgress } = desk.status()
    const { version } = config
    const ipfsConnected = probe.isConnected()
    return { status, version, hwAccel: contractName(deps.hwAccel), jobsInProgress, ipfsConnected }
  }
  const pageKeys = createPageKeys({ clock, randomBytes })
  const pairing = createPairing({
    ...{ account, authority: deps.authority, clock, randomBytes },
    onAsked: (code, origin) => logger.info('page asks to be paired', { code, origin }),
  })
  const status = (): OwnerStatus => {
    const { isPaused, obstacle, work, ended } = desk.status()
    return {
      ...{ health: health(), account, indexer: config.indexer, isPaused, obstacle, work, ended },
      ...{ queued: localQueue?.waiting() ?? 0, freeBytes: freeBytes.current() },
      pairings: pairing
        .waiting()
        .map(({ code, origin, expiresAt }) => ({ code, origin, expiresAt })),
      sessions: pairing.sessions().map(({ id, origin, since }) => ({ id, origin, since })),
      log: deps.tail.lines(),
    }
  }
  const guards = createGuards({ account, pairing, pageKeys, ownerToken }, limits)
  const common = { account, guards, pairing, desk, localQueue }
  let url: string | null = null
  const routers = [
    createAgentRouter({ ...common, health }),
    createOwnerRouter({ ...common, pageKeys, content, status, url: () => url ?? '' }),
  ]
  const { port } = config
  if (port !== null) {
    const serving = { port, data, origins: originsOf(config), visits: limits.requests }
    const server = await startAgentServer({ routers, logger }, serving)
    if (server) starting.use(server)
    url = server?.url ?? null
  }
  starting.use(startLoop((stopped) => freeBytes.run(stopped)))
  starting.use(startLoop((stopped) => probe.run(stopped)))
  starting.use(startLoop((stopped) => desk.run(stopped)))
  const stack = starting.move()
  return {
    url,
    pageLink: () => (url === null ? null : pageLink(url, pageKeys)),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** The indexer's own pages are its users', who sign in there by the same key. */
function originsOf({ origins, indexer }: AgentConfig): readonly string[] {
  return indexer === null ? origins : [...origins, new URL(indexer).origin]
}

/** As the contract with pages names it; it knows no interface of other systems. */
function contractName(hwAccel: HwAccel): AgentHealth['hwAccel'] {
  return hwAccel === 'videotoolbox' || hwAccel === 'amf' ? 'none' : hwAccel
}
