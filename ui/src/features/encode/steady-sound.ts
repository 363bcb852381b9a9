/** A piece of what came in, or silence, in samples. */
type Piece = { readonly silent: number } | { readonly from: number; readonly to: number }

export type SteadySound = {
  /** So many samples come, the first of which belongs at `start`. Answers what of them is heard, and the silence before. */
  add(start: number, samples: number): readonly Piece[]
}

/** Brings sound into step with the pictures: silence where it begins late or has a gap, a cut where it overlaps or is too long. */
export function createSteadySound({
  first,
  end,
}: {
  readonly first: number
  readonly end: number
}): SteadySound {
  let next = first
  return {
    add: (start, samples) => {
      const from = Math.max(start, next)
      const to = Math.min(start + samples, end)
      if (to <= from) return []
      const silent = from - next
      next = to
      const heard = { from: from - start, to: to - start }
      return silent > 0 ? [{ silent }, heard] : [heard]
    },
  }
}
