import { join } from 'node:path'
import { createLogger } from '#node/logger.ts'
import type { ChildEvent } from '#node/supervisor/child.ts'
import type { Market } from '#node/supervisor/market.ts'
import { startMarket } from '#node/supervisor/market.ts'
import type { MarketView } from '#node/supervisor/view.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import { makeFolder, openTools, untroubled } from './ffmpeg.ts'

/** Names of the processes of a local market. */
export const processNames = [
  'devchain',
  'creator',
  'swift-encoder',
  'thrifty-encoder',
  'arbiter',
] as const
export type ProcessName = (typeof processNames)[number]

/** A market of real processes with fast blocks. */
export type LocalMarket = AsyncDisposable &
  Pick<Market, 'runJob'> & {
    readonly folder: string
    /** What is called with every event of the job that runs. */
    onEvent: (event: JobEvent) => void
    /** JSON-RPC address of the chain. */
    readonly rpc: string
    /** Ends processes as a power cut would. */
    kill(names: readonly ProcessName[]): void
    /** Resolves when every process is up. */
    allUp(): Promise<void>
  }

export async function startLocalMarket(): Promise<LocalMarket> {
  const folder = await makeFolder()
  const processes = watchProcesses()
  const view: MarketView = {
    child: processes.hear,
    note: () => undefined,
    dashboard: () => undefined,
    job: (event) => local.onEvent(event),
    finish: () => undefined,
    idle: () => undefined,
    stopping: () => undefined,
    fail: () => undefined,
    close: () => undefined,
  }
  const surroundings = {
    tools: await openTools(),
    view,
    logger: createLogger({ level: 'silent', name: 'test' }),
    signal: untroubled,
  }
  const layout = {
    data: join(folder, 'market'),
    interval: 0.25,
    workers: 2,
    codec: 'h264',
    indexer: false,
  } as const
  const market = await startMarket(layout, surroundings)
  const local: LocalMarket = {
    folder,
    rpc: processes.urlOf('devchain'),
    runJob: market.runJob,
    onEvent: () => undefined,
    kill: processes.kill,
    allUp: processes.allUp,
    [Symbol.asyncDispose]: () => market[Symbol.asyncDispose](),
  }
  return local
}

function watchProcesses() {
  const pids = new Map<string, number>()
  const up = new Map<string, string>()
  let onUp: () => void = () => undefined
  const isUp = (): boolean => processNames.every((name) => up.has(name))
  return {
    hear: (event: ChildEvent): void => {
      if (event.type === 'started') pids.set(event.name, event.pid)
      if (event.type === 'ready') up.set(event.name, event.url)
      if (event.type === 'died') up.delete(event.name)
      if (isUp()) onUp()
    },
    urlOf: (name: ProcessName): string => up.get(name)!,
    kill: (names: readonly ProcessName[]): void => {
      for (const name of names) {
        up.delete(name)
        process.kill(pids.get(name)!, 'SIGKILL')
      }
    },
    allUp: (): Promise<void> =>
      new Promise((resolve) => {
        onUp = resolve
        if (isUp()) resolve()
      }),
  }
}
