import { useEffect, useRef, useState } from 'react'
import type { z } from 'zod'
import type { reputationRoute } from '#protocol/api/standing.ts'
import { askHistory } from './ask-history.ts'
import type { Comparison } from './compare-scores.ts'
import { compareScores } from './compare-scores.ts'
import type { Recomputed } from './recompute.ts'

export type Reputation = z.output<typeof reputationRoute.reply>

export type RecomputeState =
  | { readonly phase: 'idle' }
  | { readonly phase: 'running'; readonly operations: number }
  | { readonly phase: 'failed'; readonly message: string }
  | {
      readonly phase: 'done'
      readonly result: Recomputed
      readonly comparisons: readonly Comparison[]
      readonly height: number
    }

/** Works an account's scores out in this browser, as of the block that the server's answer is of. The contracts are loaded for it. */
export function useRecompute(): {
  readonly state: RecomputeState
  readonly run: (told: Reputation) => Promise<void>
} {
  const [state, setState] = useState<RecomputeState>({ phase: 'idle' })
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])
  const run = async ({ account, at, scores }: Reputation): Promise<void> => {
    if (!at) return
    const abort = new AbortController()
    running.current = abort
    const { signal } = abort
    setState({ phase: 'running', operations: 0 })
    try {
      const { recompute } = await import('./recompute.ts')
      const result = await recompute({
        account,
        at: { height: at.height, time: at.time },
        ask: (question) => askHistory(question, signal),
        onProgress: (operations) => setState({ phase: 'running', operations }),
      })
      const comparisons = compareScores(scores, result.scores)
      setState({ phase: 'done', result, comparisons, height: at.height })
    } catch (error) {
      if (signal.aborted) return
      setState({ phase: 'failed', message: error instanceof Error ? error.message : String(error) })
    }
  }
  return { state, run }
}
