import type { Manifest } from '#protocol/manifest.ts'
import { checkExtras } from './extras-check.ts'
import type { LikenessCheck } from './likeness-check.ts'
import { checkLikeness } from './likeness-check.ts'
import type { SegmentFindings } from './segments-check.ts'
import { checkSegments } from './segments-check.ts'

/** Checks every file that a manifest names by its id: what stands beside the segments, those, and the one by the other. */
export async function checkFiles(
  check: LikenessCheck,
  manifest: Manifest,
): Promise<SegmentFindings> {
  const extras = await checkExtras(check, manifest)
  if (extras.length > 0) return { faults: extras, undecided: [] }
  const { faults, undecided } = await checkSegments(check, manifest)
  if (faults.length > 0 || undecided.length > 0) return { faults, undecided }
  return { faults: await checkLikeness(check, manifest), undecided }
}
