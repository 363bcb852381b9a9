import type { Role, Score } from './standing-words.ts'

export type Comparison = {
  readonly role: Role
  readonly told: Score
  readonly found: Score | null
  readonly isSame: boolean
}

/** Holds what a server tells of scores against what was worked out from the chain's operations. */
export function compareScores(
  told: readonly (Score & { readonly role: Role })[],
  found: ReadonlyMap<Role, Score>,
): readonly Comparison[] {
  return told.map(({ role, score, low, high }) => {
    const own = found.get(role) ?? null
    const isSame = own?.score === score && own.low === low && own.high === high
    return { role, told: { score, low, high }, found: own, isSame }
  })
}
