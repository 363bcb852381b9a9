import { CallError } from '#protocol/client.ts'

/** How the page stands with the agent of its machine, by what its last answer was. */
export type AgentState<Health> =
  | { readonly phase: 'looking' }
  /** It does not run, or does not know this page's origin: a browser tells neither from the other. */
  | { readonly phase: 'absent' }
  | { readonly phase: 'unpaired' }
  | { readonly phase: 'paired'; readonly health: Health }
  | { readonly phase: 'failed'; readonly reason: string }

export function agentState<Health>(
  health: Health | undefined,
  error: Error | null,
): AgentState<Health> {
  if (error instanceof CallError && error.status === 0) return { phase: 'absent' }
  if (error instanceof CallError && (error.status === 401 || error.status === 403))
    return { phase: 'unpaired' }
  if (error) return { phase: 'failed', reason: error.message }
  return health === undefined ? { phase: 'looking' } : { phase: 'paired', health }
}
