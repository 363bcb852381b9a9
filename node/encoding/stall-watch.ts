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
