import path from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, test } from 'vitest'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import type { Ladder } from '#protocol/ladder.ts'
import { openBrowser } from '#test/support/browser.ts'
import { aRendition, encodeTree, requestFor } from '#test/support/clip.ts'
import { makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'
import { numberedClip } from '#test/support/numbered-clip.ts'
import { expectTreeToPlay } from '#test/support/tree-play.ts'

const seconds = 6

let browser: Browser
let tools: FfmpegTools
let engine: EncodingEngine
let folder: string

beforeAll(async () => {
  tools = await openTools()
  folder = await makeFolder()
  const options = { directory: folder, signal: untroubled, workers: 2 }
  engine = await createEncodingEngine({ tools }, options)
  browser = await openBrowser()
})

afterAll(async () => await browser?.close())

/** Noise is kept for the renditions to be heavy of. */
const faithful = ['-preset', 'ultrafast', '-crf', '12']

const rung = (width: number, height: number) =>
  aRendition({ name: `${Math.min(width, height)}p`, width, height, kbps: 3_600 })

async function expectToPlay(request: EncodeRequest, rate: number): Promise<void> {
  await expectTreeToPlay(browser, await encodeTree(engine, request), { seconds: 2, rate })
}

const shapes: readonly (readonly [string, string, Ladder])[] = [
  ['portrait', '180x320', [rung(180, 320), rung(144, 256)]],
  ['square', '240x240', [rung(240, 240), rung(180, 180)]],
  ['of odd sides', '321x183', [rung(320, 182), rung(250, 142)]],
  // The least that there is of AV1.
  ['tiny', '66x66', [rung(66, 66), rung(64, 64)]],
  ['of three rungs, ultra-wide', '480x136', [rung(480, 136), rung(400, 114), rung(346, 98)]],
]

describe.each(shapes)('a video that is %s', (_, size, ladder) => {
  test.each(['h264-ts-4', 'vp9-fmp4-3', 'av1-fmp4-3'] as const)(
    'plays through all of its renditions in %s',
    async (recipe) => {
      await engine.prove(recipe, { signal: untroubled })
      const clip = path.join(folder, `${size}.mkv`)
      await numberedClip(tools, clip, {
        // Not all that is small has bytes enough to be played with sound.
        ...{ seconds, size, rate: '25', isSilent: true, coding: faithful },
      })
      const options = { recipe, ladder, segmentFrames: 50, partSegments: 1 }
      await expectToPlay(await requestFor(engine, clip, options), 25)
    },
  )
})

test.each(['24000/1001', '30', '60'])(
  'a video of %s pictures a second plays through all of its renditions',
  async (rate) => {
    const [pictures = 1, of = 1] = rate.split('/').map(Number)
    const clip = path.join(folder, `${pictures}.mp4`)
    await numberedClip(tools, clip, { seconds, rate, coding: faithful })
    const ladder = [rung(320, 180), rung(256, 144)]
    const segmentFrames = Math.round((2 * pictures) / of)
    await expectToPlay(await requestFor(engine, clip, { ladder, segmentFrames }), pictures / of)
  },
)

test('a rendition that is the source’s own video plays among those that are encoded', async () => {
  const clip = path.join(folder, 'own.mp4')
  const keyFrames = [0, 50, 120]
  const starts = keyFrames.map((frame) => `eq(n,${frame})`).join('+')
  const groups = ['-g', '600', '-sc_threshold', '0', '-force_key_frames', `expr:${starts}`]
  const coding = ['-preset', 'veryfast', '-crf', '18', '-bf', '2', ...groups]
  await numberedClip(tools, clip, { seconds, rate: '25', coding })
  const ladder = [
    aRendition({ name: '180p', width: 320, height: 180, kbps: 8_000, profile: 'high' }),
    rung(256, 144),
  ]
  const request = await requestFor(engine, clip, { ladder, segmentFrames: 70 })
  const grid = { ...request.terms.grid, lengths: [50, 70, 30] }
  await expectToPlay({ ...request, terms: { ...request.terms, copied: '180p', grid } }, 25)
})
