import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import type { LeafFinding } from '#node/verification/leaf.ts'
import { measureLeaves } from '#node/verification/perceptual-check.ts'
import type { BothBuilds, Build } from './both-builds.ts'
import { aLeafCheck } from './leaf-check.ts'
import type { SoundVariant } from './sound-variants.ts'
import { makeSound } from './sound-variants.ts'

/** What a build finds in some segments of a sound that was made in a variant's way. */
export async function judgeSound(
  builds: BothBuilds,
  request: EncodeRequest,
  {
    variant,
    segments,
    by: { tools, engine } = builds,
  }: {
    readonly variant: SoundVariant
    readonly segments: readonly number[]
    readonly by?: Build
  },
): Promise<readonly LeafFinding[]> {
  const maker = variant.isShipped ? builds.shipped : builds
  const files = await makeSound(maker.tools, request, variant)
  const { check, deliver } = await aLeafCheck(engine, tools, request)
  const manifest = await deliver('audio', new Map(files.entries()))
  const leaves = segments.map((segment) => ({ rendition: 'audio', segment }))
  return await measureLeaves(check, manifest, leaves)
}
