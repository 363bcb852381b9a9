import { listDecoders } from '#node/encoding/decoders.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { createLayoutReader } from '#node/encoding/layout-reader.ts'
import type { SourceLimits } from '#node/encoding/source-analysis.ts'
import { createSourceAnalysis } from '#node/encoding/source-analysis.ts'
import { untroubled } from './ffmpeg.ts'

/** The analysis as an engine puts it together, over FFmpeg as it is found, or with fewer decoders. */
export async function openAnalysis(
  tools: FfmpegTools,
  limits: SourceLimits,
  missing: readonly string[] = [],
): Promise<ReturnType<typeof createSourceAnalysis>> {
  const decoders = new Set(await listDecoders(tools.ffprobe, untroubled))
  for (const name of missing) decoders.delete(name)
  return createSourceAnalysis({ ...tools, readLayout: createLayoutReader(tools), decoders }, limits)
}
