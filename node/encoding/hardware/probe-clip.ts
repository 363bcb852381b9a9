import type { AviFormat } from '../avi-file.ts'
import { writeAvi } from '../avi-file.ts'

/** Two thirds of a second at the largest preset's size: several frames behind each key frame, and no more to write. */
export const probeClipFormat: AviFormat = {
  width: 1920,
  height: 1080,
  framesPerSecond: 24,
  frames: 16,
  sampleRate: 8_000,
  channels: 1,
}

/**
 * Writes the clip that devices prove themselves on. Slopes that drift, under noise that is another in each frame: without
 * a cap on its rate no encoder stays below the preset's, so one that ignores the cap is found out. Made here and not by
 * FFmpeg's sources, which some builds lack.
 */
export async function writeProbeClip(path: string): Promise<void> {
  const noise = makeNoise()
  await writeAvi(path, probeClipFormat, {
    picture: (frame) => drawPicture(frame, noise),
    sound: (_first, samples) => Buffer.alloc(2 * samples),
  })
}

function drawPicture(frame: number, noise: Uint8Array): Uint8Array {
  const { width, height } = probeClipFormat
  const picture = new Uint8Array((width * height * 3) / 2).fill(128)
  const shift = frame * 7_919
  for (let y = 0, at = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1, at += 1)
      picture[at] = 48 + ((x + y + 8 * frame) & 127) + (noise[(at + shift) & (noiseBytes - 1)] ?? 0)
  return picture
}

const noiseBytes = 1 << 20

/** Five bits of a linear congruence (Numerical Recipes). */
function makeNoise(): Uint8Array {
  const noise = new Uint8Array(noiseBytes)
  let state = 20_251_122
  for (let index = 0; index < noiseBytes; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    noise[index] = state >>> 27
  }
  return noise
}
