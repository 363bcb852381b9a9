import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import type { LeafFinding } from '#node/verification/leaf.ts'
import { measureLeaves } from '#node/verification/perceptual-check.ts'
import type { BothBuilds, Build } from './both-builds.ts'
import { aLeafCheck } from './leaf-check.ts'
import type { SoundVariant } from './sound-variants.ts'
import { makeSound } from './sound-variants.ts'

/** What a build finds in the first segment and in another of a sound that was made in a variant's way. */
export async function judgeSound(
  builds: BothBuilds,
  request: EncodeRequest,
  {
    variant,
    segment,
    by: { tools, engine } = builds,
  }: { readonly variant: SoundVariant; readonly segment: number; readonly by?: Build },
): Promise<readonly LeafFinding[]> {
  const maker = variant.isShipped ? builds.shipped : builds
  const files = await makeSound(maker.tools, request, variant)
  const { check, deliver } = await aLeafCheck(engine, tools, request)
  const manifest = await deliver('audio', new Map(files.entries()))
  const leaves = [0, segment].map((place) => ({ rendition: 'audio', segment: place }))
  return await measureLeaves(check, manifest, leaves)
}
