import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import type { LeafFinding } from '#node/verification/leaf.ts'
import { measureLeaves } from '#node/verification/perceptual-check.ts'
import { aRendition, requestFor } from '#test/support/clip.ts'
import {
  ffmpeg,
  makeFolder,
  openShippedTools,
  openTools,
  untroubled as signal,
} from '#test/support/ffmpeg.ts'
import { aLeafCheck } from '#test/support/leaf-check.ts'
import { shortFilm } from '#test/support/short-film.ts'
import type { SoundVariant } from '#test/support/sound-variants.ts'
import { makeSound, soundVariants } from '#test/support/sound-variants.ts'
import type { Variant } from '#test/support/variants.ts'
import { honestVariants, makeVariant, pictureCheats } from '#test/support/variants.ts'

const rendition = aRendition({ name: '180p', width: 320, height: 180, kbps: 400 })

/** A leaf with something before it, so that the source has to be sought into. */
const segment = 2

let tools: FfmpegTools
let shipped: FfmpegTools
let engine: EncodingEngine
let request: EncodeRequest
let other: EncodeRequest

beforeAll(async () => {
  tools = await openTools()
  shipped = await openShippedTools()
  const folder = await makeFolder()
  engine = await createEncodingEngine({ tools }, { directory: folder, signal })
  const clip = await shortFilm(tools, folder)
  const options = { ladder: [rendition], segmentFrames: 24, partSegments: 1 }
  request = await requestFor(engine, clip, options)
  const source = path.join(folder, 'other.mp4')
  await ffmpeg(tools, '-i', clip, '-vf', 'reverse', '-an', '-preset', 'ultrafast', source)
  other = { ...request, source }
})

/** What a verifier of another class finds in one segment that was made in some way. */
async function judge(variant: Variant, made: EncodeRequest = request): Promise<LeafFinding> {
  const file = path.join(await makeFolder(), 'delivered.ts')
  const maker = variant.isShipped ? shipped : tools
  await makeVariant(maker, { request: made, segment, rendition, variant, file })
  return await judgeFile(file)
}

async function judgeFile(file: string): Promise<LeafFinding> {
  const { check, deliver } = await aLeafCheck(engine, tools, request)
  const manifest = await deliver(rendition.name, new Map([[segment, file]]))
  const [finding] = await measureLeaves(check, manifest, [{ rendition: rendition.name, segment }])
  if (!finding) throw new Error('every leaf has its finding')
  return finding
}

async function judgeSound(variant: SoundVariant): Promise<readonly LeafFinding[]> {
  const files = await makeSound(variant.isShipped ? shipped : tools, request, variant)
  const { check, deliver } = await aLeafCheck(engine, tools, request)
  const manifest = await deliver('audio', new Map(files.entries()))
  return await measureLeaves(check, manifest, [
    { rendition: 'audio', segment: 0 },
    { rendition: 'audio', segment },
  ])
}

const plain: Variant = { name: 'medium', isHonest: true }

test.concurrent.each(honestVariants)('an honest encode passes: $name', async (variant) => {
  const { faults } = await judge(variant)
  expect(faults).toEqual([])
})

test.concurrent.each(pictureCheats)('a cheat is found: $name', async (variant) => {
  const { faults } = await judge(variant)
  expect(faults).not.toEqual([])
  for (const { evidence } of faults) expect(evidence?.measured).toSatisfy(Number.isSafeInteger)
})

test.concurrent('another video of the same shape is found', async () => {
  const { faults } = await judge(plain, other)
  expect(faults.map(({ code }) => code)).toContain('picture-differs')
})

test.concurrent('bytes that do not decode are a fault, and not a failure of the check', async () => {
  const file = path.join(await makeFolder(), 'noise.ts')
  await writeFile(file, Buffer.alloc(188 * 200, 71))
  const { faults } = await judgeFile(file)
  expect(faults).toEqual([{ code: 'picture-undecodable', rendition: rendition.name, segment }])
})

test.concurrent.each(soundVariants.filter(({ isHonest }) => isHonest))(
  'honest sound passes: $name',
  async (variant) => {
    const findings = await judgeSound(variant)
    expect(findings.flatMap(({ faults }) => faults)).toEqual([])
  },
)

test.concurrent.each(soundVariants.filter(({ isHonest }) => !isHonest))(
  'a cheat with the sound is found: $name',
  async (variant) => {
    const findings = await judgeSound(variant)
    expect(findings.flatMap(({ faults }) => faults)).not.toEqual([])
  },
)
