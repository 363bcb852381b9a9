import type { ReactElement, ReactNode } from 'react'
import { Button } from './button.tsx'

export type MoreButtonProps = {
  readonly query: {
    readonly hasNextPage: boolean
    readonly isFetchingNextPage: boolean
    readonly fetchNextPage: () => unknown
  }
  /** What the next page holds, such as "Earlier payments". */
  readonly children: ReactNode
}

/** At the end of a list that comes in pages: asks for the next one, while there is one. */
export function MoreButton({ query, children }: MoreButtonProps): ReactElement | null {
  if (!query.hasNextPage) return null
  return (
    <div>
      <Button
        look="quiet"
        disabled={query.isFetchingNextPage}
        onClick={() => void query.fetchNextPage()}
      >
        {children}
      </Button>
    </div>
  )
}
