import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

export type Signing = 'idle' | 'preparing' | 'done' | { readonly failed: string }

/** Runs what asks the wallet, and tells how that went. */
export function useSigning(): readonly [Signing, (sign: () => Promise<unknown>) => void] {
  const queries = useQueryClient()
  const [state, setState] = useState<Signing>('idle')
  const run = (sign: () => Promise<unknown>): void => {
    setState('preparing')
    sign().then(
      () => {
        setState('done')
        void queries.invalidateQueries()
      },
      (error: unknown) =>
        setState({ failed: error instanceof Error ? error.message : String(error) }),
    )
  }
  return [state, run]
}
