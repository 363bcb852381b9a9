import { beforeAll, describe, expect, test } from 'vitest'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import { aRendition, requestFor } from '#test/support/clip.ts'
import {
  makeFolder,
  openShippedTools,
  openTools,
  untroubled as signal,
} from '#test/support/ffmpeg.ts'
import { films, makeFilm } from '#test/support/films.ts'
import type { LeafBench, OpenLeaf } from '#test/support/measured-leaf.ts'
import { measureVariant, openLeaf } from '#test/support/measured-leaf.ts'
import { honestVariants, pictureCheats } from '#test/support/variants.ts'

/** Pictures of which no encoder keeps much below the rung's cap: even honest ones are unlike the source, and each other. */
const rungs = [
  aRendition({ name: '180p', width: 320, height: 180, kbps: 150 }),
  aRendition({ name: '360p', width: 640, height: 360, kbps: 650 }),
]

const segment = 2

let bench: LeafBench
const leaves = new Map<string, OpenLeaf>()

beforeAll(async () => {
  const folder = await makeFolder()
  const [tools, shipped] = [await openTools(), await openShippedTools()]
  bench = {
    ...{ tools, shipped, folder },
    engine: await createEncodingEngine({ tools }, { directory: folder, signal }),
  }
  const life = films.find(({ name }) => name === 'game of life')
  if (!life) throw new Error('the film is among the films')
  const file = await makeFilm(tools, life, folder)
  for (const rendition of rungs) {
    const options = { ladder: [rendition], segmentFrames: 24, partSegments: 1 }
    const request = await requestFor(bench.engine, file, options)
    leaves.set(rendition.name, await openLeaf(bench, { request, rendition, segment }))
  }
})

function leafOf(name: string): OpenLeaf {
  const leaf = leaves.get(name)
  if (!leaf) throw new RangeError('one of the rungs')
  return leaf
}

/** Honest work that is as unlike the recipe's as there is. */
const unlike = honestVariants.filter(({ name }) =>
  /^(bilinear|veryfast|mean rate|hardware-like, mean|x264 of 2018, veryfast)/.test(name),
)

/** What is left to be told there: what was encoded is not what was ordered, or hardly any bits were spent on it. */
const coarse = [
  ...['black', 'mirrored', 'the segment before once more', 'half a second of red'],
  'starved: a quarter of the rate',
]

describe.each(rungs)('a rung that is starved by its cap: $name', ({ name }) => {
  test.concurrent.each(unlike)('an honest encode passes: $name', async (variant) => {
    const { faults } = await measureVariant(bench, leafOf(name), variant)
    expect(faults).toEqual([])
  })

  test.concurrent.each(pictureCheats.filter((cheat) => coarse.includes(cheat.name)))(
    'a cheat is found: $name',
    async (variant) => {
      const { faults } = await measureVariant(bench, leafOf(name), variant)
      expect(faults).not.toEqual([])
    },
  )
})

/** What is told where some likeness is left. */
const finer = [
  ...['frozen for a quarter', 'every eighth frame dropped', 'half the frame rate'],
  ...['one frame late', 'small opaque mark', 'cropped by four percent'],
]

test.concurrent.each(pictureCheats.filter(({ name }) => finer.includes(name)))(
  'a finer cheat is found where some likeness is left: $name',
  async (variant) => {
    const { faults } = await measureVariant(bench, leafOf('360p'), variant)
    expect(faults).not.toEqual([])
  },
)
