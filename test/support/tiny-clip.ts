import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { openTools, untroubled } from './ffmpeg.ts'

const tools = openTools()

/** A clip that is encoded in a moment, with a part every 16 seconds, sound and a single rendition. Another width makes another video. */
export async function makeTinyClip(file: string, width = 96, seconds = 18): Promise<void> {
  const size = { width, height: 64, rate: '12', seconds }
  await makeSampleClip(await tools, file, { signal: untroubled, ...size })
}
