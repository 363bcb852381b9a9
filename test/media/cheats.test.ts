import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import type { LeafFinding } from '#node/verification/leaf.ts'
import { measureLeaves } from '#node/verification/perceptual-check.ts'
import type { Rendition } from '#protocol/ladder.ts'
import type { BothBuilds } from '#test/support/both-builds.ts'
import { openBothBuilds } from '#test/support/both-builds.ts'
import { aRendition, requestFor } from '#test/support/clip.ts'
import { ffmpeg, makeFolder } from '#test/support/ffmpeg.ts'
import { aLeafCheck } from '#test/support/leaf-check.ts'
import { shortFilm } from '#test/support/short-film.ts'
import { judgeSound } from '#test/support/sound-check.ts'
import { soundVariants } from '#test/support/sound-variants.ts'
import type { Variant } from '#test/support/variants.ts'
import { honestVariants, makeVariant, pictureCheats } from '#test/support/variants.ts'

const rendition = aRendition({ name: '180p', width: 320, height: 180, kbps: 400 })

/** A leaf with something before it, so that the source has to be sought into. */
const segment = 2

let builds: BothBuilds
let request: EncodeRequest
let other: EncodeRequest

beforeAll(async () => {
  builds = await openBothBuilds()
  const { tools, engine, folder } = builds
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
  const maker = (variant.isShipped ? builds.shipped : builds).tools
  await makeVariant(maker, { request: made, segment, rendition, variant, file })
  return await judgeFile(file)
}

async function judgeFile(file: string): Promise<LeafFinding> {
  const { check, deliver } = await aLeafCheck(builds.engine, builds.tools, request)
  const manifest = await deliver(rendition.name, new Map([[segment, file]]))
  const [finding] = await measureLeaves(check, manifest, [{ rendition: rendition.name, segment }])
  if (!finding) throw new Error('every leaf has its finding')
  return finding
}

const plain: Variant = { name: 'medium', isHonest: true }

test.concurrent.each(honestVariants)('an honest encode passes: $name', async (variant) => {
  const { faults } = await judge(variant)
  expect(faults).toEqual([])
})

test.concurrent.each(['24', '96'])(
  'an honest encode passes whatever rate it says of itself: ticks of 1/%s s',
  async (ticks) => {
    const word = `-bsf:v h264_metadata=tick_rate=${ticks}`
    const encoder = ({ kbps }: Rendition) =>
      `-preset medium -crf 23 -maxrate ${kbps}k -bufsize ${2 * kbps}k ${word}`
    const { faults } = await judge({ ...plain, encoder })
    expect(faults).toEqual([])
  },
)

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
    const findings = await judgeSound(builds, request, { variant, segments: [0, segment] })
    expect(findings.flatMap(({ faults }) => faults)).toEqual([])
  },
)

test.concurrent.each(soundVariants.filter(({ isHonest }) => !isHonest))(
  'a cheat with the sound is found: $name',
  async (variant) => {
    const findings = await judgeSound(builds, request, { variant, segments: [0, segment] })
    expect(findings.flatMap(({ faults }) => faults)).not.toEqual([])
  },
)
