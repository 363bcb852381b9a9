import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import { requestFor } from '#test/support/clip.ts'
import { ffmpeg } from '#test/support/ffmpeg.ts'
import type { BothBuilds } from '#test/support/sound-check.ts'
import { judgeSound, openBothBuilds } from '#test/support/sound-check.ts'
import type { SoundVariant } from '#test/support/sound-variants.ts'
import { soundVariants } from '#test/support/sound-variants.ts'

/** A sound whose wave no encoder keeps at our rate, so that two of them agree on it no better than each with the source. */
const noise = 'anoisesrc=color=white:amplitude=0.4:seed'

let builds: BothBuilds
let request: EncodeRequest

beforeAll(async () => {
  builds = await openBothBuilds()
  const { tools, engine, folder } = builds
  const clip = path.join(folder, 'noise.mkv')
  await ffmpeg(
    ...([tools, '-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=24'] as const),
    ...['-f', 'lavfi', '-i', `${noise}=1[left];${noise}=2[right];[left][right]amerge`],
    ...['-t', '4', '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'pcm_s16le', clip],
  )
  request = await requestFor(engine, clip, { segmentFrames: 24, partSegments: 1 })
})

async function faultsOf(variant: SoundVariant) {
  const findings = await judgeSound(builds, request, { variant, segment: 2 })
  return findings.map(({ faults }) => faults)
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
