import { cp } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import type { TreeReport } from '#node/verification/tree-check.ts'
import type { Tree } from '#test/support/clip.ts'
import { aRendition, encodeTree, requestFor } from '#test/support/clip.ts'
import { ffmpeg, makeFolder, openTools, untroubled as signal } from '#test/support/ffmpeg.ts'
import { checkFolder, ofAnotherClass } from '#test/support/folder-check.ts'
import type { ForgedTree } from '#test/support/forge-folder.ts'
import { copyOf, publish } from '#test/support/forge-folder.ts'
import { shortFilm } from '#test/support/short-film.ts'

/** 1080p and 480p at a third of their sizes. */
const large = aRendition({ name: '360p', width: 640, height: 360, kbps: 1_500 })
const small = aRendition({ name: '160p', width: 284, height: 160, kbps: 400 })

let tools: FfmpegTools
let engine: EncodingEngine
let request: EncodeRequest
let honest: Tree
let sold: ForgedTree

beforeAll(async () => {
  tools = await openTools()
  const folder = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory: folder, signal, workers: 2 })
  const clip = path.join(folder, 'clip.mkv')
  await ffmpeg(tools, '-i', await shortFilm(tools, folder, 1), '-c', 'copy', '-an', clip)
  const options = { ladder: [large, small], segmentFrames: 12, partSegments: 1 }
  request = await requestFor(engine, clip, options)
  honest = await encodeTree(engine, request)
  const enlarged = path.join(folder, 'enlarged.mkv')
  const scaled = ['-vf', 'scale=284:160,scale=640:360', '-preset', 'ultrafast', '-crf', '6']
  await ffmpeg(tools, '-i', clip, ...scaled, enlarged)
  sold = await withLargeOf(enlarged)
})

/** The honest tree with the large rendition made, by the very recipe, of something else. */
async function withLargeOf(source: string): Promise<ForgedTree> {
  const forged = await copyOf(honest)
  const terms = { ...request.terms, ladder: [large] }
  const other = await encodeTree(engine, { source, terms })
  const [from, to] = [other.folder, forged.folder].map((folder) => path.join(folder, large.name))
  await cp(from ?? '', to ?? '', { recursive: true })
  Object.assign(forged.manifest.renditions[0] ?? {}, other.manifest.renditions[0])
  await publish(forged)
  return forged
}

const check = ({ folder }: Pick<Tree, 'folder'>, own = engine): Promise<TreeReport> =>
  checkFolder({ engine: own, tools }, { folder, source: request.source, leaves: 4 })

test('a large rendition that is the small one enlarged is refused by its bytes, in each of its leaves', async () => {
  const { verdict, tier, faults } = await check(sold)
  expect({ verdict, tier }).toEqual({ verdict: 'fail', tier: 'exact' })
  expect(faults).toEqual([
    { code: 'bytes-differ', rendition: large.name, segment: 0 },
    { code: 'bytes-differ', rendition: large.name, segment: 1 },
  ])
})

test('it is refused by its looks where no bytes can be compared, and the small one is not', async () => {
  const { verdict, tier, faults, challenged } = await check(sold, ofAnotherClass(engine))
  expect(challenged).toHaveLength(4)
  expect({ verdict, tier }).toEqual({ verdict: 'fail', tier: 'perceptual' })
  const lost = faults.filter(({ code }) => code === 'detail-lost')
  expect(lost.map(({ segment }) => segment).toSorted()).toEqual([0, 1])
  expect(new Set(faults.map(({ rendition }) => rendition))).toEqual(new Set([large.name]))
})
