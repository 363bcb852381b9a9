import { limits } from '../hive/limits.ts'

/** How blocks come: by a timer, or only when asked for. */
export type Pace =
  | { readonly type: 'manual' }
  | { readonly type: 'interval'; readonly seconds: number }

/** Only at hived's own pace does block time follow the clock; any other pace has its own time, 3 s a block. */
export function followsClock(pace: Pace): boolean {
  return pace.type === 'interval' && pace.seconds === limits.blockInterval
}

/**
 * The time of the next block, in seconds. On the clock it is the current 3 s slot, so that slots missed while nothing ran
 * leave a gap in time, never in numbers. It is always later than the block before.
 */
export function nextBlockTime(pace: Pace, previous: number, now: number): number {
  const following = previous + limits.blockInterval
  return followsClock(pace) ? Math.max(following, slotOf(now)) : following
}

/** The start of the slot that a moment lies in. */
export function slotOf(seconds: number): number {
  return Math.floor(seconds / limits.blockInterval) * limits.blockInterval
}
