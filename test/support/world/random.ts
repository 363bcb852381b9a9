/** The one source of chance in a simulated world: equal seeds give equal worlds. */
export type Random = {
  /** A whole number from 0 to below `bound`. */
  below(bound: number): number
  /** True so many times in a hundred. */
  percent(chance: number): boolean
  shuffle<T>(items: readonly T[]): readonly T[]
}

/** Mulberry32: small, fast, and good enough to decide what goes wrong when. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number): number => Math.floor(next() * bound)
  return {
    below,
    percent: (chance) => below(100) < chance,
    shuffle: (items) => {
      const pool = [...items]
      return items.map(() => pool.splice(below(pool.length), 1)[0]!)
    },
  }
}
