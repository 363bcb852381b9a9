import path from 'node:path'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import type { BothBuilds } from '#test/support/both-builds.ts'
import { openBothBuilds } from '#test/support/both-builds.ts'
import { requestFor } from '#test/support/clip.ts'
import { ffmpeg } from '#test/support/ffmpeg.ts'
import { judgeSound } from '#test/support/sound-check.ts'
import type { SoundVariant } from '#test/support/sound-variants.ts'
import { soundVariants } from '#test/support/sound-variants.ts'

/** Two channels, each of its own. */
const pair = (left: string, right: string): string =>
  `${left},aformat=channel_layouts=mono[left];${right},aformat=channel_layouts=mono[right];[left][right]amerge`
const noise = (color: string, seed: number): string =>
  `anoisesrc=color=${color}:amplitude=0.4:seed=${seed}`
const steep = 'highpass=f=4000,highpass=f=4000'

/** Sounds whose wave no encoder keeps at our rate, so that two of them agree on it no better than each with the source; and some that have hardly anything beneath 4 kHz. */
const sounds = [
  { name: 'white noise', source: pair(noise('white', 1), noise('white', 2)) },
  { name: 'violet noise', source: pair(noise('violet', 1), noise('violet', 2)) },
  {
    name: 'white noise above 4 kHz',
    source: pair(`${noise('white', 1)},${steep}`, `${noise('white', 2)},${steep}`),
  },
  {
    name: 'surf',
    source: pair(
      `${noise('white', 1)},volume='0.5+0.5*sin(20*t)':eval=frame`,
      `${noise('white', 2)},volume='0.5+0.5*cos(13*t)':eval=frame`,
    ),
  },
  {
    name: 'one channel of noise',
    source: pair('anullsrc=sample_rate=48000', noise('white', 1)),
  },
  {
    name: 'a tone in half as loud noise',
    source: "aevalsrc='0.3*sin(2765*t)+0.26*(random(0)-0.5)|0.3*sin(2765*t)+0.26*(random(1)-0.5)'",
  },
  {
    name: 'crickets',
    source: "aevalsrc='0.4*sin(31000*t+30*sin(70*t))*(0.6+0.4*sin(40*t))':channel_layout=stereo",
  },
]

/** The first, another, and the last, which is of a moment. */
const segments = [0, 2, 4]

let builds: BothBuilds
const checkers = {
  'the FFmpeg of this machine': () => builds,
  'the one of 2018': () => builds.shipped,
}

beforeAll(async () => {
  builds = await openBothBuilds()
})

/** What is the hardest to keep, and what no noise may stand for. */
const representative: readonly string[] = ['white noise', 'crickets']
const wanted = sounds.filter(
  ({ name }) => inject('edgeCases') === 'all' || representative.includes(name),
)

describe.each(wanted)('$name', ({ name, source }) => {
  let request: EncodeRequest

  beforeAll(async () => {
    const { tools, engine, folder } = builds
    const clip = path.join(folder, `${name.replaceAll(' ', '-')}.mkv`)
    await ffmpeg(
      ...([tools, '-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=24'] as const),
      ...['-f', 'lavfi', '-i', source],
      ...['-t', '4.17', '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'pcm_s16le', clip],
    )
    request = await requestFor(engine, clip, { segmentFrames: 24, partSegments: 1 })
  })

  describe.each(Object.entries(checkers))('checked by %s', (_, checker) => {
    const faultsOf = async (variant: SoundVariant) => {
      const findings = await judgeSound(builds, request, { variant, segments, by: checker() })
      return findings.map(({ faults }) => faults)
    }

    test.concurrent.each(soundVariants.filter(({ isHonest }) => isHonest))(
      'honest, passes: $name',
      async (variant) => {
        expect(await faultsOf(variant)).toEqual([[], [], []])
      },
    )

    test.concurrent.each(soundVariants.filter(({ isHonest }) => !isHonest))(
      'a cheat, is found: $name',
      async (variant) => {
        expect((await faultsOf(variant)).flat()).not.toEqual([])
      },
    )
  })
})
