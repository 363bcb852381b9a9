import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MarketError } from '#market/errors.ts'
import { readEnvironment } from '../config.ts'
import type { DataDirectory } from '../data-directory.ts'
import { openDataDirectory } from '../data-directory.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'
import { openFfmpegTools } from '../encoding/ffmpeg-tools.ts'
import { guardInput } from '../encoding/input-guard.ts'
import { makeSampleClip } from '../encoding/sample-clip.ts'
import { createLifetime, interrupted } from '../lifetime.ts'
import { createLogger } from '../logger.ts'
import { createJsonView } from '../supervisor/json-view.ts'
import { createLineView } from '../supervisor/line-view.ts'
import { startMarket } from '../supervisor/market.ts'
import { createTerminalView } from '../supervisor/terminal-view.ts'
import type { MarketView } from '../supervisor/view.ts'
import { explain } from './explain.ts'
import type { MarketFlags } from './market.ts'

/** Beside the code, ignored by git: a local market is part of the checkout it was started from. */
const checkoutData = fileURLToPath(new URL('../../.data', import.meta.url))

/** Starts the market, carries its job, and ends the process. */
export async function runMarket(flags: MarketFlags): Promise<void> {
  const lifetime = createLifetime()
  const view = chooseView(flags)
  lifetime.signal.addEventListener('abort', view.stopping, { once: true })
  try {
    await carryJob(flags, view, lifetime.signal)
    view.close()
    lifetime.end(0)
  } catch (error) {
    if (!lifetime.signal.aborted) view.fail(explain(error))
    view.close()
    lifetime.end(lifetime.signal.aborted ? interrupted : 1)
  }
}

async function carryJob(flags: MarketFlags, view: MarketView, signal: AbortSignal): Promise<void> {
  const { settings } = readEnvironment()
  // The creator's node looks at the file more closely; a slip of the pen is told before anything starts.
  if (flags.input !== undefined) await guardInput(resolve(flags.input))
  using data = openMarketData(flags.data, settings.dataBase)
  const logger = createLogger({ level: settings.logLevel ?? 'silent', name: 'market' })
  const tools = await openFfmpegTools({ ...settings, directory: data.path, signal })
  if (tools.binaries.warning) view.note(tools.binaries.warning)
  const path = await inputPath(flags, { tools, data, view, signal })
  const { codec, interval, workers, indexer } = flags
  const layout = { data: data.path, interval, workers, codec, indexer }
  await using market = await startMarket(layout, { tools, view, logger, signal })
  view.finish(await market.runJob({ path, ceiling: flags.ceiling, codec }))
  if (flags.once) return
  view.idle()
  await Promise.race([market.broken, untilStopped(signal)])
}

/** The given directory, or the first usual one that no other market is using. */
function openMarketData(given: string | undefined, base = checkoutData): DataDirectory {
  if (given !== undefined) return openDataDirectory(resolve(given))
  for (let number = 1; ; number += 1) {
    try {
      return openDataDirectory(resolve(base, number === 1 ? 'market' : `market-${number}`))
    } catch (error) {
      if (!(error instanceof MarketError) || error.code !== 'data-locked') throw error
    }
  }
}

type InputDeps = {
  readonly tools: FfmpegTools
  readonly data: DataDirectory
  readonly view: MarketView
  readonly signal: AbortSignal
}

async function inputPath(
  { input }: MarketFlags,
  { tools, data, view, signal }: InputDeps,
): Promise<string> {
  if (input !== undefined) return resolve(input)
  const path = join(data.path, 'sample-1080p-20s.mp4')
  if (existsSync(path)) return path
  view.note('making a clip of 20 seconds to encode')
  const unfinished = join(data.path, 'unfinished.mp4')
  await makeSampleClip(tools, unfinished, { signal })
  await rename(unfinished, path)
  return path
}

function chooseView({ json }: MarketFlags): MarketView {
  if (json) return createJsonView((line) => process.stdout.write(`${line}\n`))
  const { stdout: out, stderr: err } = process
  return out.isTTY ? createTerminalView(out) : createLineView({ out, err })
}

function untilStopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
