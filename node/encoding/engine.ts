import { availableParallelism } from 'node:os'
import path from 'node:path'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { DeterminismClass } from '#protocol/encoder.ts'
import { contractRecipe } from '#protocol/recipe.ts'
import { createCopyTrial } from './copy-trial.ts'
import { listDecoders } from './decoders.ts'
import { calibrate } from './determinism-class.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import { mostStoredPixels } from './input-arguments.ts'
import { instructionCap } from './instruction-cap.ts'
import type { LayoutReader } from './layout-reader.ts'
import { createLayoutReader } from './layout-reader.ts'
import { cellLimitMs } from './pace-limit.ts'
import type { PartEncoder } from './part-encoder.ts'
import { createPartEncoder } from './part-encoder.ts'
import { openRecipeProofs } from './recipe-proofs.ts'
import { createSourceAnalysis } from './source-analysis.ts'
import { requireDecodable } from './source-fitness.ts'
import type { SourceLayout } from './source-layout.ts'

export type EncodingEngineOptions = {
  /** Keeps what was measured of this machine. */
  readonly directory: string
  /** Aborts the measuring; encoding has signals of its own. */
  readonly signal: AbortSignal
  /** Cells encoded side by side: one per core. */
  readonly workers?: number
  /** Seconds of video above which a source is refused. */
  readonly longestSeconds?: number
}

/** Name, in an engine's directory, of the file that keeps what was measured of the machine. */
export const calibrationFile = 'determinism-class.json'

const halfDay = 43_200

/** The EncodingEngine over FFmpeg and libx264. Proves at its start that the recipe works on this machine. */
export async function createEncodingEngine(
  { tools }: { readonly tools: FfmpegTools },
  {
    directory,
    signal,
    workers = availableParallelism(),
    longestSeconds = halfDay,
  }: EncodingEngineOptions,
): Promise<EncodingEngine> {
  const { binaries, ffmpeg, ffprobe } = tools
  const { encoder, readLayout, decoders } = await openRecipe(tools, signal)
  const analyse = createSourceAnalysis(
    { ffprobe, ffmpeg, readLayout, decoders },
    { seconds: longestSeconds, pixels: mostStoredPixels },
  )
  const file = path.join(directory, calibrationFile)
  const { cid, pixelsPerSecond } = await calibrate(
    { encoder, binaries },
    { recipe: contractRecipe, file, signal },
  )
  const contract = {
    class: DeterminismClass.parse({ cid, ffmpeg: binaries.version, x264: binaries.x264 }),
    pixelsPerSecond,
  }
  const proofs = await openRecipeProofs({ encoder, tools }, { directory, contract, signal })
  return {
    ...contract,
    ...proofs,
    workers,
    decodes: (codec) => decoders.has(codec),
    analyse: async (source, options) => (await analyse(source, options.signal, options)).profile,
    encodeCell: (request, cell, options) => {
      const pace = proofs.proofOf(request.terms.recipe) ?? contract
      const longestMs = cellLimitMs(request.terms, cell, pace.pixelsPerSecond)
      return encoder.encodeCell(request, cell, { ...options, longestMs })
    },
    encodeAudio: encoder.encodeAudio,
    copyVideo: encoder.copyVideo,
    tryCopy: createCopyTrial(encoder.copyVideo, directory),
  }
}

/** The recipe on this machine, before anything was proved of it. */
export async function openRecipe(
  tools: FfmpegTools,
  signal: AbortSignal,
): Promise<{
  readonly encoder: PartEncoder
  readonly readLayout: LayoutReader
  readonly decoders: ReadonlySet<string>
}> {
  const readLayout = createLayoutReader(tools)
  const decoders = await listDecoders(tools.ffprobe, signal)
  const encoder = createPartEncoder(
    { ffmpeg: tools.ffmpeg, readLayout: createRequestReader(readLayout, decoders) },
    { instructions: await instructionCap() },
  )
  return { encoder, readLayout, decoders }
}

/** What an offer names is opened; what cannot be decoded here is said so before any process tries. */
function createRequestReader(readLayout: LayoutReader, decoders: ReadonlySet<string>) {
  return async ({ source, terms }: EncodeRequest, signal: AbortSignal): Promise<SourceLayout> => {
    const { videoStream } = terms.source
    const layout = await readLayout({ source, videoStream }, signal)
    requireDecodable(layout, decoders)
    return layout
  }
}
