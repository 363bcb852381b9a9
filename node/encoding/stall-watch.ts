/** Tells when work has stopped advancing. A slow machine is not a stall, however long the whole takes. */
export type StallWatch = {
  /** Any figure of the work; each change of it starts the silence anew. */
  observe(position: number): void
  stop(): void
}

export function createStallWatch(stallMs: number, onStall: () => void): StallWatch {
  let last: number | null = null
  const timer = setTimeout(onStall, stallMs)
  return {
    observe: (position) => {
      if (position === last) return
      last = position
      timer.refresh()
    },
    stop: () => clearTimeout(timer),
  }
}

/** Tells when work that does advance takes longer than it may; without a limit, never. Time asleep does not count. */
export function createOvertime(
  longestMs: number | undefined,
  onOver: () => void,
): Pick<StallWatch, 'stop'> {
  if (longestMs === undefined) return { stop: () => undefined }
  const timer = setTimeout(onOver, Math.min(longestMs, longestTimerMs))
  return { stop: () => clearTimeout(timer) }
}

/** A longer timer would fire at once. */
const longestTimerMs = 2 ** 31 - 1
