import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { openTools, untroubled } from './ffmpeg.ts'

const tools = openTools()

/** A clip that is encoded in a moment, with two parts, sound and a single rendition. Another width makes another video. */
export async function makeTinyClip(file: string, width = 96): Promise<void> {
  const size = { width, height: 64, rate: '12', seconds: 18 }
  await makeSampleClip(await tools, file, { signal: untroubled, ...size })
}
