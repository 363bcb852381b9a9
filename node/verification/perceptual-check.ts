import type { Manifest } from '#protocol/manifest.ts'
import { audioRendition } from '../encoding/audio-arguments.ts'
import { createLayoutReader } from '../encoding/layout-reader.ts'
import { inParallel } from './in-parallel.ts'
import type { LeafCheck, LeafFinding, LeafPlace } from './leaf.ts'
import { measurePictureLeaf } from './picture-leaf.ts'
import { measureSounds } from './sound-leaf.ts'

/** Measures challenged leaves whose bytes cannot be compared: those of another determinism class. */
export async function measureLeaves(
  check: LeafCheck,
  manifest: Manifest,
  leaves: readonly LeafPlace[],
): Promise<readonly LeafFinding[]> {
  const readLayout = createLayoutReader(check)
  const sounds = leaves.filter(({ rendition }) => rendition === audioRendition)
  const pictures = leaves.filter(({ rendition }) => rendition !== audioRendition)
  const works = [
    ...(sounds.length > 0 ? [() => measureSounds({ ...check, readLayout }, manifest, sounds)] : []),
    ...pictures.map((place) => async () => [
      await measurePictureLeaf({ ...check, readLayout }, manifest, place),
    ]),
  ]
  let done = 0
  const findings = await inParallel(works, check.engine.workers, async (work) => {
    const found = await work()
    done += 1
    check.onProgress({ stage: 'challenge', percent: (100 * done) / works.length })
    return found
  })
  return findings.flat()
}
