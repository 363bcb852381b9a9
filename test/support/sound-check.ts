import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import type { LeafFinding } from '#node/verification/leaf.ts'
import { measureLeaves } from '#node/verification/perceptual-check.ts'
import { makeFolder, openShippedTools, openTools, untroubled as signal } from './ffmpeg.ts'
import { aLeafCheck } from './leaf-check.ts'
import type { SoundVariant } from './sound-variants.ts'
import { makeSound } from './sound-variants.ts'

/** The FFmpeg that checks and that encodes by its recipe, the one of 2018 beside it, and a folder for what both make. */
export type BothBuilds = {
  readonly tools: FfmpegTools
  readonly shipped: FfmpegTools
  readonly engine: EncodingEngine
  readonly folder: string
}

export async function openBothBuilds(): Promise<BothBuilds> {
  const [tools, shipped, folder] = [await openTools(), await openShippedTools(), await makeFolder()]
  const engine = await createEncodingEngine({ tools }, { directory: folder, signal })
  return { tools, shipped, engine, folder }
}

/** What is found in the first segment and in another of a sound that was made in a variant's way. */
export async function judgeSound(
  { tools, shipped, engine }: BothBuilds,
  request: EncodeRequest,
  { variant, segment }: { readonly variant: SoundVariant; readonly segment: number },
): Promise<readonly LeafFinding[]> {
  const files = await makeSound(variant.isShipped ? shipped : tools, request, variant)
  const { check, deliver } = await aLeafCheck(engine, tools, request)
  const manifest = await deliver('audio', new Map(files.entries()))
  const leaves = [0, segment].map((place) => ({ rendition: 'audio', segment: place }))
  return await measureLeaves(check, manifest, leaves)
}
