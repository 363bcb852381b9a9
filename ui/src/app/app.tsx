import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useEffect } from 'react'
import { listenLive } from '#ui/shared/listen-live.ts'
import { keepQueriesLive } from '#ui/shared/live-queries.ts'
import { createQueries } from './queries.ts'
import { router } from './routes.tsx'

const queries = createQueries()

/** The dashboard: what every page shares, around the page that the address names. */
export function App(): ReactElement {
  useEffect(() => keepQueriesLive(queries, { listen: listenLive }), [])
  return (
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  )
}
