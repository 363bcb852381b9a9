import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { segmentName } from '#node/encoding/playlist.ts'
import { createEncodeFile } from '#node/local/encode-file.ts'
import type { TreeReport } from '#node/verification/tree-check.ts'
import { Manifest } from '#protocol/manifest.ts'
import { recipes } from '#protocol/recipe.ts'
import { cid } from '#test/support/builders.ts'
import type { Tree } from '#test/support/clip.ts'
import { aRendition, encodeTree, requestFor } from '#test/support/clip.ts'
import { ffmpeg, makeFolder, openTools, untroubled as signal } from '#test/support/ffmpeg.ts'
import { checkFolder, ofAnotherClass } from '#test/support/folder-check.ts'
import type { ForgedTree } from '#test/support/forge-folder.ts'
import { copyOf, forge, publish } from '#test/support/forge-folder.ts'
import { localDeps } from '#test/support/local-encode.ts'
import { shortFilm } from '#test/support/short-film.ts'
import { makeTinyClip } from '#test/support/tiny-clip.ts'

const names = ['h264-ts-4', 'vp9-fmp4-3', 'av1-fmp4-3', 'h265-fmp4-3'] as const

/** What a cheat does to the pictures before it encodes them by the recipe. */
type Cheat = { readonly name: string; readonly filter: string }

const pictureCheats: readonly Cheat[] = [
  { name: 'black', filter: 'lutyuv=y=16:u=128:v=128' },
  { name: 'frozen for a quarter', filter: "select='not(between(n,30,36))',fps=24" },
  {
    name: 'a segment once more in the place of the next',
    filter: "split[a][b];[b]setpts=PTS+1/TB[late];[a][late]overlay=enable='between(n,48,71)'",
  },
  { name: 'another video', filter: 'reverse' },
  { name: 'mirrored', filter: 'hflip' },
  { name: 'one frame late', filter: 'tpad=start=1:start_mode=clone' },
  { name: 'greyscale', filter: 'hue=s=0' },
  { name: 'enlarged from half the height', filter: 'scale=160:90,scale=640:360' },
  { name: 'every eighth frame dropped', filter: 'shuffleframes=0 1 2 3 4 5 6 6' },
  { name: 'half the frame rate', filter: 'shuffleframes=0 0' },
  {
    name: 'a mark burnt in',
    filter: 'drawbox=x=48:y=48:w=80:h=32:color=white:t=fill',
  },
  { name: 'half a second of red', filter: "drawbox=color=red:t=fill:enable='between(n,30,41)'" },
]

const soundCheats: readonly Cheat[] = [
  { name: 'silenced', filter: 'volume=0' },
  { name: 'late by 200 ms', filter: 'adelay=200|200' },
  { name: 'replaced', filter: "aeval='0.3*sin(880*t)|0.3*sin(880*t)'" },
]

let tools: FfmpegTools
let engine: EncodingEngine
let folder: string
let clip: string

beforeAll(async () => {
  tools = await openTools()
  folder = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory: folder, signal, workers: 2 })
  clip = await shortFilm(tools, folder)
})

const check = (tree: ForgedTree, source = clip, own = engine): Promise<TreeReport> =>
  checkFolder({ engine: own, tools }, { folder: tree.folder, source, leaves: 12 })

describe.each(names)('%s', (recipe) => {
  const { container } = recipes[recipe]
  const [second = '', third = ''] = [1, 2].map((index) => `180p/${segmentName(index, container)}`)
  let request: EncodeRequest
  let tree: Tree

  beforeAll(async () => {
    await engine.prove(recipe, { signal })
    const ladder = [aRendition({ name: '180p', width: 320, height: 180, kbps: 400 })]
    const options = { recipe, ladder, segmentFrames: 24 }
    request = await requestFor(engine, clip, options)
    tree = await encodeTree(engine, request)
  })

  /** The tree of somebody who has another encoder, and has encoded this in the place of the film. */
  async function madeOf(source: string, other: Partial<EncodeRequest['terms']> = {}) {
    const terms = { ...request.terms, ...other }
    return await encodeTree(engine, { source, terms })
  }

  const measure = (made: ForgedTree) => check(made, clip, ofAnotherClass(engine))

  test('what another encoder has made of the film passes by measuring', async () => {
    const { verdict, faults, tier } = await measure(tree)
    expect({ verdict, faults, tier }).toEqual({ verdict: 'pass', faults: [], tier: 'perceptual' })
  })

  test.each(pictureCheats)(
    'a cheat with the pictures is found by measuring: $name',
    async ({ name, filter }) => {
      const source = path.join(folder, `${recipe} ${name}.mkv`)
      const video = ['-vf', filter, '-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '6']
      await ffmpeg(tools, '-i', clip, ...video, '-c:a', 'copy', source)
      const { verdict, faults } = await measure(await madeOf(source))
      expect(verdict).toBe('fail')
      for (const { evidence } of faults) expect(evidence?.measured).toSatisfy(Number.isSafeInteger)
    },
  )

  test.each(soundCheats)(
    'a cheat with the sound is found by measuring: $name',
    async ({ name, filter }) => {
      const source = path.join(folder, `${recipe} ${name}.mkv`)
      await ffmpeg(tools, '-i', clip, '-c:v', 'copy', '-af', filter, '-c:a', 'flac', source)
      const { faults } = await measure(await madeOf(source))
      expect(new Set(faults.map(({ rendition }) => rendition))).toEqual(new Set(['audio']))
    },
  )

  test('a quarter of the rate is found by measuring, whatever the manifest says it is', async () => {
    const ladder = request.terms.ladder.map((rung) => ({ ...rung, kbps: 60 }))
    const starved = await copyOf(await madeOf(clip, { ladder }))
    for (const [place, { kbps }] of request.terms.ladder.entries())
      Object.assign(starved.manifest.renditions[place] ?? {}, { kbps })
    await publish(starved)
    const { verdict } = await measure(starved)
    expect(verdict).toBe('fail')
  })

  type Forgery = [string, string, (forged: ForgedTree) => Promise<void> | void]

  const forgedInits: readonly Forgery[] = [
    [
      'an initialization segment is missing',
      'unavailable',
      (forged) => rm(path.join(forged.folder, '180p/init.mp4')),
    ],
    [
      'the manifest lies about the id of an initialization segment',
      'tree-differs-from-manifest',
      ({ manifest }) => {
        Object.assign(manifest.renditions[0]?.init ?? {}, { cid: cid('nothing') })
      },
    ],
  ]

  test.each<Forgery>([
    ...(container === 'fmp4' ? forgedInits : []),
    ['a segment is missing', 'unavailable', (forged) => rm(path.join(forged.folder, third))],
    [
      'the manifest lies about a content id',
      'tree-differs-from-manifest',
      ({ manifest }) => {
        Object.assign(manifest.renditions[0]?.segments[1] ?? {}, { cid: cid('nothing') })
      },
    ],
    [
      'the manifest lies about a size',
      'tree-differs-from-manifest',
      ({ manifest }) => {
        const [segment] = manifest.renditions[0]?.segments ?? []
        if (segment) segment.bytes += 8
      },
    ],
    [
      'the tail is cut off',
      'manifest-differs-from-offer',
      ({ manifest: { renditions, audio } }) => {
        for (const { segments } of renditions) segments.pop()
        audio?.segments.pop()
      },
    ],
    [
      'a segment is said to last longer',
      'manifest-differs-from-offer',
      ({ manifest }) => {
        const [segment] = manifest.renditions[0]?.segments ?? []
        if (segment) segment.units += 1
      },
    ],
  ])('a forged tree is found out: %s', async (_, code, change) => {
    const forged = await copyOf(tree)
    await change(forged)
    await publish(forged)
    const { faults } = await check(forged)
    expect(faults.map((fault) => fault.code)).toEqual([code])
  })

  test('one segment in two places is found out', async () => {
    const forged = await forge(tree, third, async (_, { folder: own }) =>
      readFile(path.join(own, second)),
    )
    expect((await check(forged)).faults.map(({ code }) => code)).toEqual(['segment-invalid'])
  })

  describe('the pictures beside its segments', () => {
    let small: string
    let shown: ForgedTree

    beforeAll(async () => {
      small = path.join(await makeFolder(), 'clip.mp4')
      await makeTinyClip(small)
      const report = await createEncodeFile(localDeps(tools, engine, await makeFolder()))({
        ...{ file: small, out: path.join(await makeFolder(), 'out'), qualities: [], recipe },
        ...{ hasExtras: true, signal, onProgress: () => undefined },
      })
      const text = await readFile(path.join(report.folder, 'manifest.json'), 'utf8')
      shown = { folder: report.folder, manifest: Manifest.parse(JSON.parse(text)) }
    })

    async function filtered(name: string, filter: string): Promise<ForgedTree> {
      return await forge(shown, name, async (bytes, { folder: own }) => {
        const other = path.join(await makeFolder(), 'other.jpg')
        expect(bytes.length).toBeGreaterThan(0)
        await ffmpeg(tools, '-i', path.join(own, name), '-vf', filter, other)
        return await readFile(other)
      })
    }

    test('are those of its own key frames', async () => {
      const { verdict, faults } = await check(shown, small)
      expect({ verdict, faults }).toEqual({ verdict: 'pass', faults: [] })
    })

    test.each([
      ['a poster of something else', 'poster.jpg', 'negate'],
      [
        'a poster with something painted over it',
        'poster.jpg',
        'drawbox=0:0:iw/4:ih/4:white:fill,drawbox=iw/4:0:iw/4:ih/4:black:fill',
      ],
      ['a poster of another size', 'poster.jpg', 'scale=iw/2:-2'],
      ['a sheet whose tiles are turned', 'storyboard/sheet_000.jpg', 'negate'],
    ])('are refused: %s', async (_, name, filter) => {
      const { faults } = await check(await filtered(name, filter), small)
      expect(faults).toEqual([{ code: 'extra-invalid' }])
    })

    test('are refused where they are none', async () => {
      const forged = await forge(shown, 'poster.jpg', () => Buffer.from('<script></script>'))
      expect((await check(forged, small)).faults).toEqual([{ code: 'extra-invalid' }])
    })
  })
})
