/** How far an encode is. */
export type EncodeProgress = {
  /** 0 to 100, never falling. */
  readonly percent: number
  /** Seconds of video encoded per second since this run began; absent until there is something to divide. */
  readonly speed?: number
  readonly etaSeconds?: number
}

/** Adds up work that is done in pieces of very different weight, side by side. */
export type ProgressMeter = {
  /** A piece has so much of its weight behind it; less than it had before is ignored. */
  report(piece: string, weight: number): void
  current(): EncodeProgress
}

export type ProgressMeterOptions = {
  /** Weight of everything, and of what an earlier run had finished. */
  readonly total: number
  readonly finished: number
  /** Seconds of video that the whole stands for. */
  readonly seconds: number
  /** Milliseconds. */
  readonly now: () => number
}

export function createProgressMeter({
  total,
  finished,
  seconds,
  now,
}: ProgressMeterOptions): ProgressMeter {
  const began = now()
  const pieces = new Map<string, number>()
  let done = 0
  return {
    report: (piece, weight) => {
      const before = pieces.get(piece) ?? 0
      if (weight <= before) return
      pieces.set(piece, weight)
      done += weight - before
    },
    current: () => {
      const elapsed = (now() - began) / 1000
      const share = Math.min(1, (finished + done) / total)
      if (done === 0 || elapsed <= 0) return { percent: 100 * share }
      const left = Math.max(0, total - finished - done)
      return {
        percent: 100 * share,
        speed: (done / total) * (seconds / elapsed),
        etaSeconds: Math.ceil((left * elapsed) / done),
      }
    },
  }
}
