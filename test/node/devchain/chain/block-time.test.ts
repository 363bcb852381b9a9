import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { nextBlockTime } from '#node/devchain/chain/block-time.ts'
import { startTicker } from '#node/devchain/chain/ticker.ts'

const onTheClock = { type: 'interval', seconds: 3 } as const
const fast = { type: 'interval', seconds: 0.3 } as const
const manual = { type: 'manual' } as const

describe('the time of a block', () => {
  test.for([manual, fast])('is 3 s after the one before, whatever the clock says (%j)', (pace) => {
    expect(nextBlockTime(pace, 300, 0)).toBe(303)
    expect(nextBlockTime(pace, 300, 9_999)).toBe(303)
  })

  test('on the clock is the slot in which it is made', () => {
    expect(nextBlockTime(onTheClock, 300, 303)).toBe(303)
    expect(nextBlockTime(onTheClock, 300, 305.9)).toBe(303)
  })

  test('on the clock leaves out the slots that were missed', () => {
    expect(nextBlockTime(onTheClock, 300, 3_601)).toBe(3_600)
  })

  test('never goes back, even where the clock does', () => {
    expect(nextBlockTime(onTheClock, 300, 100)).toBe(303)
    expect(nextBlockTime(onTheClock, 300, 302)).toBe(303)
  })
})

describe('the ticker', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_500 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('makes blocks at the start of 3 s slots', () => {
    const made: number[] = []
    using _ticker = startTicker({ produce: () => made.push(Date.now()), now: Date.now }, onTheClock)
    vi.advanceTimersByTime(9_000)
    expect(made).toEqual([1_002_000, 1_005_000, 1_008_000])
  })

  test('makes no second block in a slot for which it woke early', () => {
    const produce = vi.fn<() => void>()
    const now = vi.fn<() => number>(() => 1_001_999)
    now.mockReturnValueOnce(1_000_500).mockReturnValueOnce(1_000_500)
    using _ticker = startTicker({ produce, now }, onTheClock)
    vi.advanceTimersByTime(1_500)
    expect(produce).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(3_000)
    expect(produce).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(1)
    expect(produce).toHaveBeenCalledTimes(2)
  })

  test('makes them at any other interval from when it began', () => {
    const made: number[] = []
    using _ticker = startTicker({ produce: () => made.push(Date.now()), now: Date.now }, fast)
    vi.advanceTimersByTime(1_000)
    expect(made).toEqual([1_000_800, 1_001_100, 1_001_400])
  })

  test('of a manual chain makes none', () => {
    const produce = vi.fn<() => void>()
    using _ticker = startTicker({ produce, now: Date.now }, manual)
    vi.advanceTimersByTime(100_000)
    expect(produce).not.toHaveBeenCalled()
  })

  test('stops when it is disposed', () => {
    const produce = vi.fn<() => void>()
    startTicker({ produce, now: Date.now }, fast)[Symbol.dispose]()
    vi.advanceTimersByTime(100_000)
    expect(produce).not.toHaveBeenCalled()
  })
})
