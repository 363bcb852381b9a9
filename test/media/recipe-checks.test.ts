import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { readFragment, writeFragment } from '#node/encoding/fmp4/fragment.ts'
import { videoClock } from '#node/encoding/fmp4/init-segment.ts'
import { makeSampleClip } from '#node/encoding/sample-clip.ts'
import type { TreeReport } from '#node/verification/tree-check.ts'
import type { Tree } from '#test/support/clip.ts'
import { encodeTree, requestFor } from '#test/support/clip.ts'
import { ffmpeg, makeFolder, openTools, untroubled as signal } from '#test/support/ffmpeg.ts'
import { checkFolder, ofAnotherClass } from '#test/support/folder-check.ts'
import type { Change } from '#test/support/forge-folder.ts'
import { forge } from '#test/support/forge-folder.ts'

let tools: FfmpegTools
let engine: EncodingEngine
let clip: string
/** The same film as if it had been bought small. */
let blurred: string

beforeAll(async () => {
  tools = await openTools()
  const folder = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory: folder, signal })
  clip = path.join(folder, 'clip.mp4')
  await makeSampleClip(tools, clip, { signal, width: 320, height: 180, rate: '12', seconds: 3 })
  blurred = path.join(folder, 'blurred.mp4')
  const small = 'scale=80:45,scale=320:180'
  await ffmpeg(tools, '-i', clip, '-vf', small, '-c:v', 'libx264', '-c:a', 'copy', blurred)
})

const check = ({ folder }: Pick<Tree, 'folder'>, own = engine): Promise<TreeReport> =>
  checkFolder({ engine: own, tools }, { folder, source: clip, leaves: 3 })

/** What is in a sample twice over; VP9 has an index of the frames in one at its end. */
function inOneSample(recipe: string, sample: Uint8Array): Uint8Array {
  if (!recipe.startsWith('vp9')) return Buffer.concat([sample, sample])
  const sizes = Buffer.alloc(8)
  sizes.writeUInt32LE(sample.length, 0)
  sizes.writeUInt32LE(sample.length, 4)
  const marker = Uint8Array.of(0xd9)
  return Buffer.concat([sample, sample, marker, sizes, marker])
}

const second = '90p/segment_001.m4s'

describe.each(['h265-fmp4-3', 'vp9-fmp4-3', 'av1-fmp4-3'] as const)('%s', (recipe) => {
  let request: EncodeRequest
  let tree: Tree
  let worse: Tree
  const ticks = () => videoClock(request.terms.grid.rate).unitTicks

  beforeAll(async () => {
    await engine.prove(recipe, { signal })
    request = await requestFor(engine, clip, { recipe })
    tree = await encodeTree(engine, request)
    worse = await encodeTree(engine, { ...request, source: blurred })
  })

  test('an honest tree passes byte by byte, and by measuring where the class is another', async () => {
    expect(await check(tree)).toMatchObject({ verdict: 'pass', faults: [], tier: 'exact' })
    const measured = await check(tree, ofAnotherClass(engine))
    expect(measured).toMatchObject({ verdict: 'pass', faults: [], tier: 'perceptual' })
    for (const { figures } of measured.findings) expect(figures).not.toEqual({})
  })

  test('a small picture that was enlarged is found out, by its bytes and by its looks', async () => {
    const exact = await check(worse)
    expect(exact.faults.map(({ code }) => code)).toContain('bytes-differ')
    const measured = await check(worse, ofAnotherClass(engine))
    expect(measured.faults.map(({ code }) => code)).toContain('detail-lost')
  })

  test.each<[string, string, Change]>([
    ['bytes behind a segment', second, (bytes) => Buffer.concat([bytes, Buffer.alloc(8)])],
    [
      'a box that says nothing',
      second,
      (bytes) => Buffer.concat([bytes, Buffer.from([0, 0, 0, 8]), Buffer.from('free')]),
    ],
    [
      'the segment before in its place',
      second,
      async (_, { folder }) => readFile(path.join(folder, '90p/segment_000.m4s')),
    ],
    [
      'pictures that are shown in another order',
      second,
      (bytes) => {
        const { samples, ...place } = readFragment(bytes, ticks())
        const delayed = samples.map((sample, index) => ({ ...sample, delay: index === 1 ? 4 : 0 }))
        return writeFragment({ ...place, samples: delayed }, ticks())
      },
    ],
    [
      'a picture less',
      second,
      (bytes) => {
        const fragment = readFragment(bytes, ticks())
        return writeFragment({ ...fragment, samples: fragment.samples.slice(0, -1) }, ticks())
      },
    ],
    [
      'two pictures in a sample',
      second,
      (bytes) => {
        const { samples, ...place } = readFragment(bytes, ticks())
        const doubled = samples.map((sample, index) =>
          index === 3 ? { ...sample, bytes: inOneSample(recipe, sample.bytes) } : sample,
        )
        return writeFragment({ ...place, samples: doubled }, ticks())
      },
    ],
    [
      'a sample without a picture',
      second,
      (bytes) => {
        const { samples, ...place } = readFragment(bytes, ticks())
        const emptied = samples.map((sample, index) =>
          index === 3 ? { ...sample, bytes: Uint8Array.of() } : sample,
        )
        return writeFragment({ ...place, samples: emptied }, ticks())
      },
    ],
    [
      'a first picture that needs those before it',
      second,
      (bytes) => {
        const { samples, ...place } = readFragment(bytes, ticks())
        const turned = samples.map((_, index) => ({ ...samples[Math.max(1, index)]!, delay: 0 }))
        return writeFragment({ ...place, samples: turned }, ticks())
      },
    ],
    [
      'an initialization segment of another size',
      '90p/init.mp4',
      async (_, { folder }) => readFile(path.join(folder, '72p/init.mp4')),
    ],
    [
      'more in an initialization segment',
      'audio/init.mp4',
      (bytes) => Buffer.concat([bytes, bytes]),
    ],
    [
      'a frame less of the sound',
      'audio/segment_001.m4s',
      (bytes) => {
        const fragment = readFragment(bytes, 1024)
        return writeFragment({ ...fragment, samples: fragment.samples.slice(1) }, 1024)
      },
    ],
  ])('%s is an invalid segment', async (_, name, change) => {
    const { verdict, faults } = await check(await forge(tree, name, change))
    expect(verdict).toBe('fail')
    expect(faults.map(({ code }) => code)).toEqual(['segment-invalid'])
  })
})
