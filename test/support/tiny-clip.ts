import { dirname } from 'node:path'
import { openFfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'

/** A clip that is encoded in a moment, with two parts, sound and a single rendition. */
export async function makeTinyClip(file: string, width = 96): Promise<void> {
  const { signal } = new AbortController()
  const { env } = process
  const tools = await openFfmpegTools({
    searchPath: env['PATH'] ?? '',
    ffmpegPath: env['FFMPEG_PATH'],
    ffprobePath: env['FFPROBE_PATH'],
    directory: dirname(file),
    signal,
  })
  await makeSampleClip(tools, file, { signal, width, height: 64, rate: '12', seconds: 18 })
}
