import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calibrationFile, createEncodingEngine } from '../encoding/engine.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'
import type { MarketLayout } from './participants.ts'
import { makeDirectory, participants } from './participants.ts'

/**
 * Measures this machine for all nodes of a local market. They would do so themselves, but all at the same time, and so
 * measure each other: speeds several times too low, which their bids would promise.
 */
export async function calibrateNodes(
  tools: FfmpegTools,
  layout: MarketLayout,
  signal: AbortSignal,
): Promise<void> {
  const { data } = layout
  await createEncodingEngine({ tools }, { directory: data, signal })
  for (const { account } of participants) {
    const directory = await makeDirectory(layout, account)
    await copyFile(join(data, calibrationFile), join(directory, calibrationFile))
  }
}
