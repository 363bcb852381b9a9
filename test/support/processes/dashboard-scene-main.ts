import path from 'node:path'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { startIndexer } from '#node/indexer.ts'
import { createLogger } from '#node/logger.ts'
import { networks } from '#node/networks.ts'
import { startMarket } from '#node/supervisor/market.ts'
import type { MarketView } from '#node/supervisor/view.ts'
import { HiveAccount } from '#protocol/ids.ts'
import { builtDashboard } from '../built-dashboard.ts'
import type { DashboardScene } from '../dashboard-scene.ts'
import { makeFolder, openTools, searchPath, untroubled } from '../ffmpeg.ts'
import { noRateLimits } from '../no-rate-limits.ts'

/**
 * The scene of {@link DashboardScene} in a process of its own, which ends with the one that started it. By hand, with a port, it is
 * what `npx vite ui` shows pages of.
 */

const port = Number(process.argv[2] ?? 0)
const stack = new AsyncDisposableStack()
const end = (): void => void stack.disposeAsync().finally(() => process.exit())
process.once('disconnect', end)
process.once('SIGINT', end)

const scene = await startScene()
process.send?.(scene)
process.stdout.write(`${JSON.stringify(scene)}\n`)

async function startScene(): Promise<DashboardScene> {
  const tools = await openTools()
  const folder = await makeFolder()
  const logger = createLogger({ level: 'silent', name: 'scene' })
  const clip = path.join(folder, 'clip.mp4')
  const size = { width: 1_280, height: 720, rate: '12', seconds: 4 }
  await makeSampleClip(tools, clip, { signal: untroubled, ...size })
  const seen = { rpc: '' }
  const market = stack.use(
    await startMarket(
      // Specs share the encoders: an offer that one of them leaves alone keeps nobody from bidding for another's.
      { data: folder, interval: 0.25, workers: 1, slots: 4, codec: 'h264', indexer: false },
      { tools, view: watching(seen), logger, signal: untroubled },
    ),
  )
  const network = networks.devchain
  const [data, pages] = [await makeFolder(), await builtDashboard()]
  const indexer = stack.use(
    await startIndexer(
      {
        ...{ network, rpc: [seen.rpc], data, announce: [], bootstrap: [] },
        listen: [...network.listen, ...network.listenForPages],
        ...{ host: '127.0.0.1', port, domain: 'market.example', origins: [], isProxied: false },
        ...{ dashboard: pages, pollMs: 50, rebuild: false, denyList: null },
        ...{ rateLimits: noRateLimits, alertUrl: null, version: '0.0.0' },
        developmentAccounts: [HiveAccount.parse('newcomer')],
        ffmpeg: { ffmpegPath: undefined, ffprobePath: undefined, searchPath },
      },
      {
        secrets: { databaseUrl: null, alertSecret: null, secretKeys: [] },
        ...{ logger, signal: untroubled },
      },
    ),
  )
  const { report } = await market.runJob({ path: clip, ceiling: undefined, codec: 'h264' })
  await untilShown(`${indexer.url}/api/encoding/market/jobs/${report.job}`)
  const { job, root, encoder } = report
  return { url: indexer.url, pages, rpc: seen.rpc, job, root, encoder }
}

/** The indexer reads the chain in its own time. */
async function untilShown(address: string): Promise<void> {
  for (;;) {
    const shown = (await (await fetch(address)).json()) as { readonly phase?: string }
    if (shown.phase === 'settled') return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Looks away from everything but where the chain is. */
function watching(seen: { rpc: string }): MarketView {
  const ignore = (): void => undefined
  return {
    child: (event) => {
      if (event.type === 'ready' && event.name === 'devchain') seen.rpc = event.url
    },
    ...{ note: ignore, dashboard: ignore, job: ignore, finish: ignore },
    ...{ idle: ignore, stopping: ignore, fail: ignore, close: ignore },
  }
}
