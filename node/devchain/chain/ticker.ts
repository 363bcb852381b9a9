import { limits } from '../hive/limits.ts'
import type { Pace } from './block-time.ts'
import { followsClock, slotOf } from './block-time.ts'

type Interval = Extract<Pace, { readonly type: 'interval' }>

export type TickerDeps = {
  readonly produce: () => void
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/**
 * Makes a block every so often until it is disposed. On the clock it wakes once for each 3 s slot, late or, timers being
 * what they are, a little early; at another pace it waits the interval. A manual chain never ticks.
 */
export function startTicker({ produce, now }: TickerDeps, pace: Pace): Disposable {
  if (pace.type === 'manual') return { [Symbol.dispose]: () => {} }
  let timer: NodeJS.Timeout | undefined
  const tickAt = (due: number): void => {
    timer = setTimeout(() => {
      produce()
      tickAt(nextTick(pace, due, now()))
    }, due - now())
  }
  tickAt(nextTick(pace, 0, now()))
  return { [Symbol.dispose]: () => clearTimeout(timer) }
}

/** When to wake after what was due at `due`, in milliseconds. What was missed is not made up for. */
function nextTick(pace: Interval, due: number, now: number): number {
  if (!followsClock(pace)) return now + pace.seconds * 1000
  return (slotOf(Math.max(now, due) / 1000) + limits.blockInterval) * 1000
}
