import { copyFile } from 'node:fs/promises'
import path from 'node:path'
import { contractRecipe, recipeFor } from '#protocol/recipe.ts'
import { measureAndKeep } from '../benchmark/measure-and-keep.ts'
import { capabilitiesFile, createKeptCapabilities } from '../encoding/codecs/kept-capabilities.ts'
import { calibrationFile, createEncodingEngine } from '../encoding/engine.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'
import { recipeProofFile } from '../encoding/recipe-proofs.ts'
import type { MarketLayout } from './participants.ts'
import { indexerName, makeDirectory, participants } from './participants.ts'

/**
 * Measures this machine for all nodes of a local market. They would do so themselves, but all at the same time, and so
 * measure each other: speeds several times too low, which their bids would promise. Rejects with `unsupported-here` where this
 * machine cannot encode what the market's jobs are to be encoded in.
 */
export async function calibrateNodes(
  tools: FfmpegTools,
  layout: MarketLayout,
  signal: AbortSignal,
): Promise<void> {
  const { data, codec } = layout
  const engine = await createEncodingEngine({ tools }, { directory: data, signal })
  const recipe = recipeFor(codec)
  const files = [calibrationFile]
  if (recipe !== contractRecipe) {
    await engine.prove(recipe, { signal })
    const kept = createKeptCapabilities(tools, { file: path.join(data, capabilitiesFile) })
    const isMeasured = (await kept.read())?.some(({ proof }) => proof?.recipe === recipe) ?? false
    const measuring = { tools, engine, reports: [], now: Date.now, directory: data }
    if (!isMeasured) await measureAndKeep(measuring, { signal, others: [recipe] })
    files.push(path.basename(recipeProofFile(data, recipe)), capabilitiesFile)
  }
  const names = participants.map(({ account }): string => account)
  for (const name of layout.indexer ? [...names, indexerName] : names) {
    const directory = await makeDirectory(layout, name)
    for (const file of files) await copyFile(path.join(data, file), path.join(directory, file))
  }
}
