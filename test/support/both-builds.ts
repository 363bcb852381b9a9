import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { makeFolder, openShippedTools, openTools, untroubled as signal } from './ffmpeg.ts'

/** An FFmpeg, and what encodes with it by its recipe. */
export type Build = { readonly tools: FfmpegTools; readonly engine: EncodingEngine }

/** The FFmpeg of this machine, the one of 2018 beside it, and a folder for what both make. */
export type BothBuilds = Build & { readonly shipped: Build; readonly folder: string }

export async function openBothBuilds(): Promise<BothBuilds> {
  const [own, shipped] = [
    await openBuild(await openTools()),
    await openBuild(await openShippedTools()),
  ]
  return { ...own, shipped, folder: await makeFolder() }
}

async function openBuild(tools: FfmpegTools): Promise<Build> {
  const directory = await makeFolder()
  return { tools, engine: await createEncodingEngine({ tools }, { directory, signal }) }
}
