import { leavesOf } from '#contracts/merkle.ts'
import type { Manifest } from '#protocol/manifest.ts'
import { reencodeLeaves } from './exact-check.ts'
import type { LeafCheck, LeafFinding, LeafPlace, Tier } from './leaf.ts'
import { isOfHardware } from './leaf.ts'
import { measureLeaves } from './perceptual-check.ts'

/**
 * Bytes are compared where both sides can make the same ones. An encoder that was awarded the job in the verifier's class is
 * held to it, whatever its manifest or a later registration names: nobody may choose the milder tier after the award.
 */
export function challengeTier(
  manifest: Pick<Manifest, 'class'>,
  { own, awarded }: { readonly own: string; readonly awarded: string | null },
): Tier {
  return manifest.class.cid === own || awarded === own ? 'exact' : 'perceptual'
}

/** Checks the leaves that a challenge drew: bytes first, then what has to be measured. Throws a RangeError for numbers beyond it. */
export async function checkLeaves(
  check: LeafCheck,
  manifest: Manifest,
  leaves: readonly number[],
): Promise<readonly LeafFinding[]> {
  const all = leavesOf(manifest)
  const places = leaves.map((leaf): LeafPlace => {
    const found = all[leaf]
    if (!found) throw new RangeError('the challenge draws leaves of the tree')
    return { rendition: found.rendition, segment: found.index }
  })
  const isMeasured = (place: LeafPlace): boolean =>
    isOfHardware(check, manifest, place) ||
    (check.tier === 'perceptual' && place.rendition !== manifest.copied)
  const compared = await reencodeLeaves(
    check,
    manifest,
    places.filter((place) => !isMeasured(place)),
  )
  const undecided = check.tier === 'perceptual' ? places.filter(isAmong(faulty(compared))) : []
  const measured = [...places.filter(isMeasured), ...undecided]
  return [
    ...(check.tier === 'perceptual'
      ? compared.filter(({ faults }) => faults.length === 0)
      : compared),
    ...(await measureLeaves(check, manifest, measured)),
  ]
}

/** Another build may copy the same pictures into other bytes. */
function faulty(findings: readonly LeafFinding[]): readonly LeafFinding[] {
  return findings.filter(({ faults }) => faults.length > 0)
}

function isAmong(findings: readonly LeafPlace[]): (place: LeafPlace) => boolean {
  return ({ rendition, segment }) =>
    findings.some((finding) => finding.rendition === rendition && finding.segment === segment)
}
