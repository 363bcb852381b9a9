import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { DeterminismClass } from '#protocol/encoder.ts'
import { calibrate } from './determinism-class.ts'
import type { FfmpegTools } from './ffmpeg-tools.ts'
import type { Ffprobe } from './ffprobe.ts'
import { mostStoredPixels } from './input-arguments.ts'
import { instructionCap } from './instruction-cap.ts'
import { createPartEncoder } from './part-encoder.ts'
import { createSourceAnalysis } from './source-analysis.ts'
import type { SourceLayout } from './source-layout.ts'
import { readLayout } from './source-layout.ts'

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

/** Header answers that are kept: more than one node works on at a time. */
const keptLayouts = 16

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
  const encoder = createPartEncoder(
    { ffmpeg, readLayout: createLayoutReader(ffprobe) },
    { instructions: await instructionCap() },
  )
  const analyse = createSourceAnalysis(
    { ffprobe, ffmpeg },
    { seconds: longestSeconds, pixels: mostStoredPixels },
  )
  const file = path.join(directory, calibrationFile)
  const { cid, pixelsPerSecond } = await calibrate({ encoder, binaries }, { file, signal })
  return {
    class: DeterminismClass.parse({ cid, ffmpeg: binaries.version, x264: binaries.x264 }),
    workers,
    pixelsPerSecond,
    analyse: (source, options) => analyse(source, options.signal),
    encodeCell: encoder.encodeCell,
    encodeAudio: encoder.encodeAudio,
  }
}

/** A source's header is read once for all its cells, and again when the file is another. */
function createLayoutReader(ffprobe: Ffprobe) {
  const kept = new Map<string, SourceLayout>()
  return async ({ source, terms }: EncodeRequest, signal: AbortSignal): Promise<SourceLayout> => {
    const { size, mtimeMs } = await stat(source).catch((cause: unknown) => {
      throw new MarketError('input-missing', 'There is no such file.', { path: source }, { cause })
    })
    const key = [source, size, mtimeMs, terms.source.videoStream].join('|')
    const known = kept.get(key)
    if (known) return known
    const layout = await readLayout(ffprobe, source, {
      videoStream: terms.source.videoStream,
      signal,
    })
    kept.set(key, layout)
    for (const oldest of [...kept.keys()].slice(0, -keptLayouts)) kept.delete(oldest)
    return layout
  }
}
