import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactElement, ReactNode } from 'react'
import { Button } from './button.tsx'
import { Notice } from './notice.tsx'
import { Skeleton } from './skeleton.tsx'

type AnyQuery<T> = Pick<
  UseQueryResult<T, Error>,
  'data' | 'error' | 'fetchStatus' | 'isPlaceholderData' | 'refetch'
>

export type QueryViewProps<T> = {
  readonly query: AnyQuery<T>
  /** What is said where the answer holds nothing; absent where it always holds something. */
  readonly empty?: { readonly when: (data: T) => boolean; readonly say: ReactNode }
  /** As high as what will stand here, so that nothing jumps. */
  readonly skeleton?: ReactNode
  readonly children: (data: T) => ReactNode
}

/** An answer of the server in each of its states: asked for, there, empty, old, refused, out of reach. */
export function QueryView<T>({
  query,
  empty,
  skeleton,
  children,
}: QueryViewProps<T>): ReactElement {
  const { data, error, fetchStatus, isPlaceholderData, refetch } = query
  const isOffline = fetchStatus === 'paused'
  if (data === undefined && error)
    return (
      <Notice look="bad">
        <p>{error.message}</p>
        <div className="mt-3">
          <Button look="quiet" onClick={() => void refetch()}>
            Try again
          </Button>
        </div>
      </Notice>
    )
  if (data === undefined && isOffline)
    return <p className="text-muted">You are offline; this comes when you are back.</p>
  if (data === undefined) return <>{skeleton ?? <Skeleton />}</>
  const isOld = error !== null || isOffline
  return (
    <div className={isPlaceholderData ? 'opacity-60' : ''} aria-busy={isPlaceholderData}>
      {isOld && (
        <p role="status" className="mb-3 text-sm text-bad">
          {isOffline ? 'You are offline.' : error?.message} What you see is from before.
        </p>
      )}
      {empty?.when(data) ? <div className="text-muted">{empty.say}</div> : children(data)}
    </div>
  )
}
