import type { Random } from './random.ts'

/** Nodes that are cut off from the others for some blocks; where they are blind, from the chain too. */
type Cut = { left: number; readonly far: ReadonlySet<string>; readonly isBlind: boolean }

/** Blocks that a cut lasts at most: some minutes, which the deadlines of the market allow for. */
const longestCut = 20

/** One cut at a time, which comes by chance and goes by itself. */
export function createPartitions(random: Random, percent: number) {
  let cut: Cut | null = null
  let seen = 0
  let chance = percent
  return {
    /** A block goes by: a cut that is there comes nearer to its end, else one may begin. */
    pass: (names: readonly string[]): void => {
      if (cut) {
        cut.left -= 1
        if (cut.left <= 0) cut = null
      } else if (chance > 0 && random.percent(chance)) {
        const far = new Set(names.filter(() => random.percent(40)))
        cut = { left: 1 + random.below(longestCut), far, isBlind: random.percent(50) }
        seen += 1
      }
    },
    /** False where one of two is on the far side and the other is not. */
    joins: (one: string, other: string): boolean => cut?.far.has(one) === cut?.far.has(other),
    /** True for a node that can neither send to the chain nor hear from it. */
    isBlind: (name: string): boolean => cut?.isBlind === true && cut.far.has(name),
    heal: (): void => {
      cut = null
      chance = 0
    },
    seen: (): number => seen,
  }
}
