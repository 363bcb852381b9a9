import type { AviFormat } from './avi-file.ts'
import { writeAvi } from './avi-file.ts'

/** Two seconds with odd sound, so that the resampler has work too. */
export const calibrationFormat: AviFormat = {
  width: 640,
  height: 360,
  framesPerSecond: 24,
  frames: 48,
  sampleRate: 44_100,
  channels: 2,
}

/**
 * The picture and sound that every node encodes to find its determinism class: moving texture, a moving edge, noise and
 * two tones. Integers only, so that no machine's floating point has a say; changing one value changes every class.
 */
export async function writeCalibrationClip(path: string): Promise<void> {
  const random = createNoise(20_251_122)
  await writeAvi(path, calibrationFormat, {
    picture: (frame) => drawPicture(frame, random),
    sound: playTones,
  })
}

function drawPicture(frame: number, random: () => number): Uint8Array {
  const { width, height } = calibrationFormat
  const picture = new Uint8Array((width * height * 3) / 2)
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) picture[y * width + x] = luma(x, y, frame) + (random() & 7)
  const chroma = width * height
  for (let index = chroma; index < picture.length; index += 1) {
    const x = (index - chroma) % (width / 2)
    picture[index] = 96 + triangle(x + 2 * frame, 64)
  }
  return picture
}

function luma(x: number, y: number, frame: number): number {
  const slope = 32 + triangle(x + y + 3 * frame, 96)
  const texture = triangle(x * 7 - frame * 5, 16) + triangle(y * 5 + frame * 2, 16)
  const isInside = Math.abs(x - 8 * frame - 80) < 60 && Math.abs(y - 180) < 60
  return slope + texture + (isInside ? 60 : 0)
}

function playTones(firstSample: number, samples: number): Uint8Array {
  const bytes = Buffer.alloc(4 * samples)
  for (let index = 0; index < samples; index += 1) {
    const time = firstSample + index
    bytes.writeInt16LE(60 * (triangle(time * 3, 150) - 75), 4 * index)
    bytes.writeInt16LE(40 * (triangle(time * 11, 200) - 100), 4 * index + 2)
  }
  return bytes
}

/** Up to `peak` and down again, over and over. */
function triangle(position: number, peak: number): number {
  const place = ((position % (2 * peak)) + 2 * peak) % (2 * peak)
  return place < peak ? place : 2 * peak - place
}

/** Numerical Recipes' linear congruence: enough for noise, and the same everywhere. */
function createNoise(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return state >>> 24
  }
}
