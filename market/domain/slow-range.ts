import type { ChainTime } from '#protocol/ids.ts'

/** What is known of a range that somebody is at work on. Times are seconds of the chain. */
export type RangeWork = {
  readonly acceptedAt: ChainTime
  /** Of the encoder's bid. */
  readonly readyBy: ChainTime
  readonly frames: number
  /** What it said last; null while nothing has been heard. */
  readonly heard: {
    readonly percent: number
    readonly at: ChainTime
    /** It has been silent since, for as long as makes it a lost one. */
    readonly isLost: boolean
  } | null
}

/** Times longer than its like that a range may take before somebody else is asked for it too. */
const patience = 2

/** Seconds that no range is slow in: a source has to be fetched, and a first part encoded, before anything can be told. */
const leastSeconds = 60

/**
 * True for a range that holds up the whole: its encoder has broken its promise or fallen silent, or is on the way to take more than
 * twice as long as the ranges that are finished have taken for as many frames. `usual` is their seconds a frame; null while none is
 * finished, when nobody can be called slow but by his own promise.
 */
export function isSlow(
  { acceptedAt, readyBy, frames, heard }: RangeWork,
  usual: number | null,
  now: ChainTime,
): boolean {
  if (now > readyBy) return true
  if (heard?.isLost) return true
  const elapsed = now - acceptedAt
  if (usual === null || elapsed < leastSeconds) return false
  const bearable = Math.max(leastSeconds, patience * usual * frames)
  if (elapsed > bearable) return true
  // One that has not been heard may be at work all the same, but nothing speaks for it.
  const share = (heard?.percent ?? 0) / 100
  if (!heard || share <= 0) return elapsed > bearable / patience
  const left = ((heard.at - acceptedAt) * (1 - share)) / share
  return elapsed + Math.max(0, left - (now - heard.at)) > bearable
}

/** The middle one of the finished ranges' seconds a frame; null without any. */
export function usualPace(
  finished: readonly { readonly seconds: number; readonly frames: number }[],
): number | null {
  const paces = finished
    .map(({ seconds, frames }) => seconds / frames)
    .sort((one, other) => one - other)
  return paces[Math.floor((paces.length - 1) / 2)] ?? null
}
