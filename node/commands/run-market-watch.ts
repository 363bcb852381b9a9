import { join } from 'node:path'
import { createLogUpdate } from 'log-update'
import { z } from 'zod'
import type { TopicTraffic } from '#protocol/api/control.ts'
import { CallError } from '#protocol/client.ts'
import { MarketEvent } from '#protocol/market-event.ts'
import { pause } from '../chain/hive-rpc.ts'
import type { ControlClient } from '../control/control-client.ts'
import { createControlClient } from '../control/control-client.ts'
import { controlUrlFile, tokenFile } from '../control/control-files.ts'
import { createPalette } from '../supervisor/palette.ts'
import { explain } from './explain.ts'
import type { MarketWatchFlags } from './market.ts'
import { boardLines, emptyBoard, eventLine, followMarket } from './market-board.ts'
import { findRunning } from './running-node.ts'

const frameMs = 500

/** Shows the market as a node sees it, until Ctrl-C: a picture on a terminal, lines in a pipe. */
export async function runMarketWatch(flags: MarketWatchFlags): Promise<void> {
  const leaving = new AbortController()
  const leave = (): void => leaving.abort()
  process.once('SIGINT', leave)
  try {
    const absent = `No node of @${flags.account} runs`
    const { url, directory } = await findRunning(flags, { urlFile: controlUrlFile, absent })
    const control = await createControlClient(url, join(directory, tokenFile))
    if (process.stdout.isTTY && !flags.json) await draw(control, process.stdout, leaving.signal)
    else
      for await (const event of control.market(leaving.signal))
        print(flags.json ? JSON.stringify(z.encode(MarketEvent, event)) : eventLine(event))
  } catch (error) {
    const { code, message } = error instanceof CallError ? error : explain(error)
    if (flags.json) print(JSON.stringify({ error: { code, message } }))
    else process.stderr.write(`${code}: ${message}\n`)
    process.exitCode = 1
  } finally {
    process.removeListener('SIGINT', leave)
  }
}

async function draw(
  control: ControlClient,
  stream: NodeJS.WriteStream,
  signal: AbortSignal,
): Promise<void> {
  const update = createLogUpdate(stream)
  const paint = createPalette(stream)
  let board = emptyBoard
  let topics: readonly TopicTraffic[] = []
  const picture = async (): Promise<void> => {
    while (!signal.aborted) {
      // A node that starts again is asked again; what it had said stays in the picture.
      topics = await control.gossip().catch(() => topics)
      const size = { height: stream.rows, width: stream.columns - 1 }
      update(boardLines(board, topics, { paint, ...size }).join('\n'))
      await pause(frameMs, signal)
    }
  }
  const drawing = picture()
  for await (const event of control.market(signal)) board = followMarket(board, event)
  await drawing
  update.done()
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
