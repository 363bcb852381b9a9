import type { BrowserPlan, Track } from '#protocol/api/browser.ts'
import type { Lease, LeasedJob } from './job-scheduler.ts'

/** Where a segment of a tab's work belongs. */
export type SegmentPlace = { readonly track: Track; readonly segment: number }

/**
 * What tabs encode. A tree is provisional, and nobody's to see, until all of it is here and has been checked: by the same rules as
 * any encoder's, and then the job is completed or failed here, never by the tab's word.
 */
export interface BrowserEncodes {
  /**
   * Measures the job's source. Rejects with `unsupported-here` for one that no tab encodes as the tree asks, and with
   * `content-unavailable` where its bytes are not here.
   */
  plan(job: LeasedJob): Promise<BrowserPlan>
  /**
   * Keeps a segment; one that comes again replaces the first. `requireHeld` is called last of all, and rejects where the lease is
   * somebody else's by then. Rejects with `request-invalid` for no place of the plan, and with `body-too-large` beyond the rendition's cap.
   */
  keep(
    job: LeasedJob,
    place: SegmentPlace,
    bytes: Uint8Array,
    requireHeld: () => Promise<void>,
  ): Promise<void>
  /**
   * Begins to check what is here, and keeps the lease while it does; again for the same lease, it changes nothing. Rejects with
   * `request-invalid` while segments are missing.
   */
  check(job: LeasedJob, lease: Lease, processingTimeSec: number): Promise<void>
}
