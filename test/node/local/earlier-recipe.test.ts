import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { createPieceKeys } from '#node/encoding/piece-key.ts'
import { createEncodeFile } from '#node/local/encode-file.ts'
import type { LocalReport } from '#node/local/local-report.ts'
import { Manifest } from '#protocol/manifest.ts'
import type { Recipe } from '#protocol/recipe.ts'
import { contractRecipe } from '#protocol/recipe.ts'
import { makeFolder, untroubled } from '#test/support/ffmpeg.ts'
import { contentOf, openLocal } from '#test/support/local-encode.ts'
import { makeTinyClip } from '#test/support/tiny-clip.ts'

let local: Awaited<ReturnType<typeof openLocal>>
let clip: string
let first: LocalReport
let manifest: Manifest

beforeAll(async () => {
  local = await openLocal()
  clip = path.join(await makeFolder(), 'clip.mp4')
  await makeTinyClip(clip)
  first = (await encode(path.join(await makeFolder(), 'out'))).report
  manifest = Manifest.parse(JSON.parse(await readFile(`${first.folder}/manifest.json`, 'utf8')))
})

async function encode(out: string) {
  const warnings: string[] = []
  const report = await createEncodeFile(local)({
    ...{ file: clip, out, qualities: [], recipe: contractRecipe, hasExtras: true },
    ...{ signal: untroubled, onProgress: () => undefined },
    warn: (text) => warnings.push(text),
  })
  return { report, warnings }
}

/** A folder as an earlier version has left it: other bytes under the same names, and more of them. */
async function earlierFolder(): Promise<string> {
  const out = path.join(await makeFolder(), 'out')
  await cp(first.folder, out, { recursive: true })
  for (const name of ['segment_000.ts', 'segment_099.ts', 'segment_000.m4s'])
    await writeFile(path.join(out, '64p', name), 'of an earlier recipe')
  const text = JSON.stringify({ ...manifest, recipe: 'h264-ts-1', v: 0 })
  await writeFile(path.join(out, 'manifest.json'), text)
  return out
}

async function expectMadeAnew(out: string, earlier: string): Promise<void> {
  const { report, warnings } = await encode(out)
  expect(warnings).toEqual([
    `The tree that was here is by ${earlier}; it is made anew by ${contractRecipe}.`,
  ])
  expect(report.root).toBe(first.root)
  expect(await contentOf(out)).toEqual(await contentOf(first.folder))
}

test('a finished tree of an earlier recipe is made anew, and the user told', async () => {
  await expectMadeAnew(await earlierFolder(), 'h264-ts-1')
})

test('so is one that was begun, and nothing of it is left', async () => {
  const out = await earlierFolder()
  await rm(path.join(out, 'manifest.json'))
  await mkdir(path.join(out, '.spk-encoder'))
  await writeFile(path.join(out, '.spk-encoder', 'source'), manifest.source)
  await expectMadeAnew(out, 'an earlier recipe')
})

test('so is one whose removal was cut off', async () => {
  const out = await earlierFolder()
  for (const name of ['manifest.json', 'master.m3u8', 'audio'])
    await rm(path.join(out, name), { recursive: true, force: true })
  await mkdir(path.join(out, '.spk-encoder'))
  await writeFile(path.join(out, '.spk-encoder', 'source'), manifest.source)
  await expectMadeAnew(out, 'an earlier recipe')
})

test('another video’s tree of an earlier recipe is left alone', async () => {
  const out = await earlierFolder()
  const other = JSON.stringify({ ...manifest, source: manifest.class.cid, recipe: 'h264-ts-1' })
  await writeFile(path.join(out, 'manifest.json'), other)
  await expect(encode(out)).rejects.toMatchObject({ code: 'option-invalid' })
  expect(await readFile(path.join(out, 'manifest.json'), 'utf8')).toBe(other)
})

test('a tree of the same recipe is gone on from without a word', async () => {
  const { report, warnings } = await encode(first.folder)
  expect(warnings).toEqual([])
  expect(report.pieces.reused).toBe(report.pieces.total)
})

test('no piece of an earlier recipe bears the name of one of today’s', () => {
  const terms = {
    ...manifest,
    ladder: manifest.renditions,
    source: { cid: manifest.source, videoStream: 0 },
  }
  const keyBy = (recipe: string) =>
    createPieceKeys({ ...terms, recipe: recipe as Recipe } as never, manifest.class)(0, '64p')
  expect(new Set(['h264-ts-1', 'h264-ts-2', contractRecipe].map(keyBy)).size).toBe(3)
})
