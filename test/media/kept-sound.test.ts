import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { createLayoutReader } from '#node/encoding/layout-reader.ts'
import { measureKept, measureSound } from '#node/verification/sound-measures.ts'
import { segmentCount } from '#protocol/grid.ts'
import type { BothBuilds } from '#test/support/both-builds.ts'
import { openBothBuilds } from '#test/support/both-builds.ts'
import { requestFor } from '#test/support/clip.ts'
import { ffmpeg, makeFolder, untroubled as signal } from '#test/support/ffmpeg.ts'

let builds: BothBuilds

beforeAll(async () => {
  builds = await openBothBuilds()
})

test.each([
  ['24', 24],
  ['30000/1001', 37],
  ['25', 75],
] as const)(
  'is measured against the very samples that were encoded: %s frames a second, %i in a segment',
  async (rate, segmentFrames) => {
    const { tools, engine } = builds
    const folder = await makeFolder()
    const clip = path.join(folder, 'noise.mkv')
    await ffmpeg(
      ...([tools, '-f', 'lavfi', '-i', `testsrc2=size=160x90:rate=${rate}`] as const),
      ...['-f', 'lavfi', '-i', 'anoisesrc=color=pink:amplitude=0.4:seed=1', '-t', '7'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'pcm_s16le', clip],
    )
    const request = await requestFor(engine, clip, { segmentFrames, partSegments: 1 })
    const { grid, source } = request.terms
    const made = await engine.encodeAudio(request, { directory: folder, signal })
    const layout = await createLayoutReader(tools)({ ...source, source: clip }, signal)
    const encode = { layout, audioStream: source.audioStream ?? -1, grid }
    for (let segment = 0; segment < segmentCount(grid); segment += 1) {
      const directory = await makeFolder()
      const files = made.slice(Math.max(0, segment - 1), segment + 2)
      const bytes = await Promise.all(files.map((file) => readFile(file.path)))
      const [delivered, reference] = ['delivered.ts', 'reference.ts']
      for (const name of [delivered, reference])
        await writeFile(path.join(directory, name), Buffer.concat(bytes))
      const comparison = { grid, segment, delivered, reference }
      await measureSound(tools, comparison, { directory, signal })
      const { own } = await measureKept(tools, { encode, segment }, { directory, signal })
      expect(own.low.correlation, `segment ${segment}`).toBeGreaterThan(0.97)
      expect(own.low.worstCorrelation, `segment ${segment}`).toBeGreaterThan(0.97)
      expect(own.high.mean, `segment ${segment}`).toBeLessThan(1)
    }
  },
)
