import { stat } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { segmentBitsLimit } from '#market/domain/segment-rate.ts'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { frameSeconds } from '#protocol/grid.ts'
import { Recipe } from '#protocol/recipe.ts'
import { aRendition, encodeTree, requestFor } from '#test/support/clip.ts'
import {
  complaintsAbout,
  ffmpeg,
  makeFolder,
  openTools,
  pictureHashes,
  untroubled as signal,
} from '#test/support/ffmpeg.ts'
import { checkFolder, ofAnotherClass } from '#test/support/folder-check.ts'

/**
 * Three segments, of which the middle one is what no encoder can hold: noise in which no picture has anything of another, at the
 * least rate that an offer can name. libx264 holds more of it than the others.
 */
type Shape = { readonly width: number; readonly height: number; readonly rate: number }
const small: Shape = { width: 320, height: 180, rate: 12 }
const shapes: Readonly<Record<Recipe, Shape>> = {
  'h264-ts-4': { width: 640, height: 360, rate: 60 },
  'h265-fmp4-3': small,
  'vp9-fmp4-3': small,
  'av1-fmp4-3': small,
}

const kbps = 50

/** The one that keeps to its cap least stands for the others where time is short. */
const recipes: readonly Recipe[] = inject('edgeCases') === 'all' ? Recipe.options : ['vp9-fmp4-3']

let tools: FfmpegTools
let engine: EncodingEngine

beforeAll(async () => {
  tools = await openTools()
  const directory = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory, signal, workers: 2 })
})

async function requestOf(recipe: Recipe, cap: number): Promise<EncodeRequest> {
  const { width, height, rate } = shapes[recipe]
  const clip = path.join(await makeFolder(), 'burst.mkv')
  const burst = `noise=alls=100:allf=t:enable='between(n,${rate},${2 * rate - 1})'`
  const calm = `smptehdbars=size=${width}x${height}:rate=${rate}:duration=3`
  const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '1', '-pix_fmt', 'yuv420p']
  await ffmpeg(tools, '-f', 'lavfi', '-i', `${calm},${burst}`, ...coding, clip)
  const rendition = aRendition({ name: `${height}p`, width, height })
  const options = { recipe, ladder: [rendition], partSegments: 3 }
  const { source, terms } = await requestFor(engine, clip, options)
  // The rate as it is here, and not what a younger codec would need for the same.
  const ladder = terms.ladder.map((rung) => ({ ...rung, kbps: cap }))
  return { source, terms: { ...terms, ladder } }
}

describe.each(recipes)('%s', (recipe) => {
  test('keeps every segment of whatever pictures within its rate, and is taken for what it is', async () => {
    await engine.prove(recipe, { signal })
    const request = await requestOf(recipe, kbps)
    const { grid, ladder } = request.terms
    const tree = await encodeTree(engine, request)
    const [made] = tree.manifest.renditions
    for (const { bytes, units } of made?.segments ?? [])
      expect(8 * bytes).toBeLessThanOrEqual(segmentBitsLimit(kbps, frameSeconds(grid.rate, units)))
    expect(await complaintsAbout(tools, tree.master)).toBe('')
    const playlist = tree.playlistOf(ladder[0]?.name ?? '')
    expect(await pictureHashes(tools, playlist)).toHaveLength(grid.frames)

    const check = { folder: tree.folder, source: request.source, leaves: 3 }
    for (const own of [engine, ofAnotherClass(engine)]) {
      const { verdict, faults } = await checkFolder({ engine: own, tools }, check)
      expect({ verdict, faults }).toEqual({ verdict: 'pass', faults: [] })
    }
  })

  test('spends on the calm segments of a part what they need, whatever is between them', async () => {
    await engine.prove(recipe, { signal })
    const sizes: number[][] = []
    for (const cap of [kbps, 20_000]) {
      const request = await requestOf(recipe, cap)
      const directory = await makeFolder()
      const cell = { part: 0, renditions: request.terms.ladder }
      const segments = await engine.encodeCell(request, cell, { directory, signal })
      expect(segments.map(({ index }) => index)).toEqual([0, 1, 2])
      sizes.push(await Promise.all(segments.map(async ({ path: file }) => (await stat(file)).size)))
    }
    const [[calm = 0, wild = 0, after = 0] = [], [free = 0, unbound = 0] = []] = sizes
    expect(Math.min(calm, after)).toBeGreaterThan(free / 4)
    expect(wild).toBeLessThan(unbound / 4)
  })
})
