import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { EncodedSegment } from '#market/ports/encoding-engine.ts'
import type { Manifest } from '#protocol/manifest.ts'
import { audioRendition } from '../encoding/audio-arguments.ts'
import { isAboutWave, isKeptAsWell, judgeSound, namedSoundFigures } from './judgement.ts'
import type { LeafFinding, LeafPlace, MeasureCheck } from './leaf.ts'
import { fileName, joined, pieceOf, writeSegments } from './leaf-files.ts'
import { wholeWave } from './sound-figures.ts'
import { measureKept, measureSound } from './sound-measures.ts'
import { undecodableAsNull, unmeasured } from './undecodable.ts'

/** The sound is encoded from its beginning, once for all leaves of it, as by its recipe. */
export async function measureSounds(
  check: MeasureCheck,
  manifest: Manifest,
  leaves: readonly LeafPlace[],
): Promise<readonly LeafFinding[]> {
  const { engine, offer, signal, source } = check
  await using scratch = await check.workspaceOf(check.job).scratch('measure-audio')
  const directory = scratch.path
  const own = await engine.encodeAudio({ source, terms: offer }, { directory, signal })
  const findings: LeafFinding[] = []
  for (const place of leaves) findings.push(await measureSoundLeaf(check, manifest, place, own))
  return findings
}

async function measureSoundLeaf(
  check: MeasureCheck,
  manifest: Manifest,
  place: LeafPlace,
  own: readonly EncodedSegment[],
): Promise<LeafFinding> {
  const { segment } = place
  const { grid } = check.offer
  await using scratch = await check.workspaceOf(check.job).scratch(`measure-audio-${segment}`)
  const [from, to] = [Math.max(0, segment - 1), segment + 2]
  const [delivered, reference] = [fileName('delivered', manifest), fileName('reference', manifest)]
  const neighbours = (manifest.audio?.segments ?? []).slice(from, to)
  const piece = pieceOf(manifest, audioRendition, neighbours)
  await writeSegments(check, piece, path.join(scratch.path, delivered))
  await writeFile(path.join(scratch.path, reference), await joined(own.slice(from, to)))
  const figures = await undecodableAsNull(check, { delivered, reference }, (name) =>
    measureSound(
      check,
      { grid, segment, delivered: name, reference },
      { directory: scratch.path, signal: check.signal },
    ),
  )
  if (!figures) return { ...place, ...unmeasured('sound-undecodable', place) }
  const look = { segment, directory: scratch.path }
  const isKept = judgeSound(figures, place).some(isAboutWave) && (await keepsWave(check, look))
  const faults = judgeSound(isKept ? { ...figures, ...wholeWave } : figures, place)
  return { ...place, tier: 'perceptual', figures: namedSoundFigures(figures), faults }
}

/** Looks at the source: a sound that has another wave than the verifier's own may be as true to it. */
async function keepsWave(
  check: MeasureCheck,
  { segment, directory }: { readonly segment: number; readonly directory: string },
): Promise<boolean> {
  const { offer, source, signal } = check
  const { videoStream, audioStream } = offer.source
  if (audioStream === undefined) return false
  const layout = await check.readLayout({ source, videoStream }, signal)
  const encode = { layout, audioStream, grid: offer.grid }
  const { delivered, own } = await measureKept(check, { encode, segment }, { directory, signal })
  return isKeptAsWell(delivered, own)
}
