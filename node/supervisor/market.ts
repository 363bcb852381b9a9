import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import type { HiveAccount, JobId } from '#protocol/ids.ts'
import type { JobReport } from '#protocol/job-report.ts'
import type { Codec } from '#protocol/recipe.ts'
import { createAccounts } from '../chain/accounts.ts'
import { createHiveRpc, HiveRpcOptions, pause } from '../chain/hive-rpc.ts'
import type { ControlClient } from '../control/control-client.ts'
import { asErrorCode, createControlClient } from '../control/control-client.ts'
import { tokenFile } from '../control/control-files.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'
import type { Logger } from '../logger.ts'
import { networks } from '../networks.ts'
import { calibrateNodes } from './calibrate-nodes.ts'
import type { Child } from './child.ts'
import { superviseChild } from './child.ts'
import { overheadBlocks } from './overhead-blocks.ts'
import type { MarketLayout } from './participants.ts'
import { chainSpec, indexerSpec, nodeSpec, participants, playAccount } from './participants.ts'
import type { MarketView, Outcome } from './view.ts'

type JobWanted = {
  /** Absolute path of the video. */
  readonly path: string
  readonly ceiling: MilliHbd | undefined
  readonly codec: Codec
}

/** A market on this machine: its processes, and the way to give it work. */
export type Market = AsyncDisposable & {
  /** Carries one job from offer to payment. Rejects with the reason when it is not paid. */
  runJob(job: JobWanted): Promise<Outcome>
  /** Pending while every process lives or can be started again; rejects when one cannot. */
  readonly broken: Promise<never>
}

/** Milliseconds between two tries at what a process that is starting again cannot answer yet. */
const patienceMs = 200

type Surroundings = {
  readonly tools: FfmpegTools
  readonly view: MarketView
  readonly logger: Logger
  readonly signal: AbortSignal
}

/**
 * Starts the development chain and a node for each participant, each a process of its own, and waits until they know each other.
 * Disposing stops them all and waits for their ends. Rejects with `child-failed` when one of them keeps dying.
 */
export async function startMarket(
  layout: MarketLayout,
  { tools, view, logger, signal }: Surroundings,
): Promise<Market> {
  await using starting = new AsyncDisposableStack()
  const start = async (spec: Parameters<typeof superviseChild>[0]): Promise<Child> =>
    starting.use(superviseChild(spec, view.child))
  const chain = await start(await chainSpec(layout))
  view.note('measuring how fast this machine encodes')
  await calibrateNodes(tools, layout, signal)
  const { url: rpc } = await untilAborted(chain.up, signal)
  const nodes: Child[] = []
  for (const participant of participants)
    nodes.push(await start(await nodeSpec(participant, layout, rpc)))
  // Nothing waits for it, and nothing ends with it: a market needs no indexer.
  if (layout.indexer) {
    const account = await playAccount(layout)
    tellOf(await start(await indexerSpec(layout, rpc)), { view, account })
  }
  const broken = firstFailure([chain, ...nodes])
  view.note('waiting until the nodes are registered and connected')
  const up = Promise.all(nodes.map((node) => node.up))
  const [creator] = await Promise.race([untilAborted(up, signal), broken])
  if (!creator) throw new Error('a market has a creator')
  const control = await createControlClient(creator.url, join(layout.data, 'creator', tokenFile))
  const unlessBroken = <T>(work: Promise<T>): Promise<T> => Promise.race([work, broken])
  await unlessBroken(untilConnected(control, signal))
  const balances = createBalances(rpc, logger, signal)
  const stack = starting.move()
  return {
    broken,
    runJob: async (wanted) => {
      await unlessBroken(untilConnected(control, signal))
      const before = await unlessBroken(balances())
      const job = await unlessBroken(postJob(control, wanted, signal))
      const report = await unlessBroken(followJob(control, { job, creator, view }, signal))
      const after = await unlessBroken(balances())
      return {
        report,
        balances: after.map(([account, amount], index) => ({
          account,
          before: before[index]?.[1] ?? amount,
          after: amount,
        })),
        player: `${creator.url}/ipfs/${report.root}/master.m3u8`,
        overheadBlocks: overheadBlocks(report, layout.interval),
      }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

function tellOf(
  indexer: Child,
  { view, account }: { readonly view: MarketView; readonly account: HiveAccount },
): void {
  indexer.up.then(
    ({ url }) => view.dashboard({ url: `${url}/`, api: `${url}/api`, account }),
    () => undefined,
  )
  indexer.ended.catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    view.note(`The market goes on without its indexer. ${reason}`)
  })
}

function firstFailure(children: readonly Child[]): Promise<never> {
  const failure = new Promise<never>((_, reject) => {
    for (const { ended } of children) ended.catch(reject)
  })
  failure.catch(() => undefined)
  return failure
}

/** Every other participant is in the registry and connected to the creator. */
async function untilConnected(control: ControlClient, signal: AbortSignal): Promise<void> {
  const others = participants.length - 1
  while (!signal.aborted) {
    const status = await control.status().catch(() => null)
    if (status?.registered && status.encoders.length + status.arbiters.length >= others) return
    await pause(100, signal)
  }
  signal.throwIfAborted()
}

/** Posts a job once, however often the creator's node dies meanwhile: the reference makes a repeated request the same job. */
async function postJob(
  control: ControlClient,
  { path, ceiling, codec }: JobWanted,
  signal: AbortSignal,
): Promise<JobId> {
  const reference = randomBytes(8).toString('hex')
  for (;;) {
    signal.throwIfAborted()
    try {
      return await control.postJob({
        reference,
        path,
        codec,
        ...(ceiling === undefined ? {} : { ceiling }),
      })
    } catch (error) {
      if (error instanceof MarketError && !isPassing(error)) throw error
      await pause(patienceMs, signal)
    }
  }
}

/** What is wrong only while another process of the market starts again. */
function isPassing({ code }: MarketError): boolean {
  return code === 'chain-unavailable' || code === 'arbiter-missing'
}

type Followed = {
  readonly job: JobId
  readonly creator: { readonly url: string }
  readonly view: MarketView
}

async function followJob(
  control: ControlClient,
  { job, creator, view }: Followed,
  signal: AbortSignal,
): Promise<JobReport> {
  let isWatchable = false
  for await (const event of control.events(job, signal)) {
    view.job(event)
    if (event.type === 'progress' && event.preview !== undefined && !isWatchable) {
      isWatchable = true
      view.note(`watch it while it is encoded: ${creator.url}/jobs/${job}/master.m3u8`)
    }
    if (event.type === 'finished') return event.report
    if (event.type === 'failed') throw new MarketError(asErrorCode(event.code), event.message)
  }
  throw signal.reason
}

type NamedBalances = readonly (readonly [HiveAccount, MilliHbd])[]

/** Reads everybody's balance, again and again while the chain is being started anew. */
function createBalances(
  rpc: string,
  logger: Logger,
  signal: AbortSignal,
): () => Promise<NamedBalances> {
  const hive = createHiveRpc(
    { logger },
    HiveRpcOptions.parse({ urls: [rpc], chainId: networks.devchain.chainId }),
  )
  const accounts = createAccounts({ rpc: hive, now: Date.now }, { ttlMs: 0, limit: 1 })
  const readAll = (): Promise<NamedBalances> =>
    Promise.all(
      participants.map(
        async ({ account }) => [account, await accounts.balanceOf(account)] as const,
      ),
    )
  return async () => {
    for (;;) {
      signal.throwIfAborted()
      try {
        return await readAll()
      } catch (error) {
        if (!(error instanceof MarketError) || !isPassing(error)) throw error
        await pause(patienceMs, signal)
      }
    }
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([
    promise,
    new Promise<never>((_, reject) => {
      if (signal.aborted) reject(signal.reason)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    }),
  ])
}
