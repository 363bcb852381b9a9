import type { Manifest } from '#protocol/manifest.ts'
import { checkExtras } from './extras-check.ts'
import type { SegmentFindings, SegmentsCheck } from './segments-check.ts'
import { checkSegments } from './segments-check.ts'

/** Checks every file that a manifest names by its id: what stands beside the segments, and then those. */
export async function checkFiles(
  check: SegmentsCheck,
  manifest: Manifest,
): Promise<SegmentFindings> {
  const faults = await checkExtras(check, manifest)
  return faults.length > 0 ? { faults, undecided: [] } : await checkSegments(check, manifest)
}
