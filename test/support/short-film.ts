import path from 'node:path'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import { filmClip } from './clip.ts'
import { ffmpeg, untroubled as signal } from './ffmpeg.ts'

/** Some seconds of film of 360 lines, with its sound; drawn where there is none beside the checkout. */
export async function shortFilm(tools: FfmpegTools, folder: string, seconds = 4): Promise<string> {
  const clip = await filmClip()
  const file = path.join(folder, 'film.mp4')
  if (clip === null)
    await makeSampleClip(tools, file, { signal, width: 640, height: 360, rate: '24', seconds })
  else {
    const small = ['-vf', 'scale=640:360', '-preset', 'veryfast', '-crf', '12']
    await ffmpeg(tools, '-ss', '9', '-i', clip, '-t', String(seconds), ...small, file)
  }
  return file
}
