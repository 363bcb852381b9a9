/** What a reducer makes of an action: the next state and what follows from it, or the reason why nothing changed. */
export type Outcome<State, Fact, Refusal extends string> =
  | { readonly ok: true; readonly state: State; readonly facts: readonly Fact[] }
  | { readonly ok: false; readonly refusal: Refusal }

export function accepted<State, Fact>(
  state: State,
  facts: readonly Fact[] = [],
): { readonly ok: true; readonly state: State; readonly facts: readonly Fact[] } {
  return { ok: true, state, facts }
}

export function refused<Refusal extends string>(
  refusal: Refusal,
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal }
}

/** Ends a switch that has a case for everything: the compiler refuses a call that could be reached. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
