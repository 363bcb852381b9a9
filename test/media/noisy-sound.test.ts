import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { measureLeaves } from '#node/verification/perceptual-check.ts'
import { requestFor } from '#test/support/clip.ts'
import {
  ffmpeg,
  makeFolder,
  openShippedTools,
  openTools,
  untroubled as signal,
} from '#test/support/ffmpeg.ts'
import { aLeafCheck } from '#test/support/leaf-check.ts'
import type { SoundVariant } from '#test/support/sound-variants.ts'
import { makeSound, soundVariants } from '#test/support/sound-variants.ts'

/** A sound whose wave no encoder keeps at our rate, so that two of them agree on it no better than each with the source. */
const noise = 'anoisesrc=color=white:amplitude=0.4:seed'

let tools: FfmpegTools
let shipped: FfmpegTools
let engine: EncodingEngine
let request: EncodeRequest

beforeAll(async () => {
  tools = await openTools()
  shipped = await openShippedTools()
  const folder = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory: folder, signal })
  const clip = path.join(folder, 'noise.mkv')
  await ffmpeg(
    ...([tools, '-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=24'] as const),
    ...['-f', 'lavfi', '-i', `${noise}=1[left];${noise}=2[right];[left][right]amerge`],
    ...['-t', '4', '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'pcm_s16le', clip],
  )
  request = await requestFor(engine, clip, { segmentFrames: 24, partSegments: 1 })
})

async function faultsOf(variant: SoundVariant) {
  const files = await makeSound(variant.isShipped ? shipped : tools, request, variant)
  const { check, deliver } = await aLeafCheck(engine, tools, request)
  const manifest = await deliver('audio', new Map(files.entries()))
  const leaves = [0, 2].map((segment) => ({ rendition: 'audio', segment }))
  return (await measureLeaves(check, manifest, leaves)).map(({ faults }) => faults)
}

test.concurrent.each(soundVariants.filter(({ isHonest }) => isHonest))(
  'honest noise passes: $name',
  async (variant) => {
    expect(await faultsOf(variant)).toEqual([[], []])
  },
)

test.concurrent.each(soundVariants.filter(({ isHonest }) => !isHonest))(
  'a cheat with noise is found: $name',
  async (variant) => {
    expect((await faultsOf(variant)).flat()).not.toEqual([])
  },
)
