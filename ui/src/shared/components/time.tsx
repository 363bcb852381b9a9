import type { ReactElement } from 'react'
import { useSyncExternalStore } from 'react'
import { agoText } from '#ui/shared/format.ts'

export type TimeProps = {
  /** A moment, or the chain's time in seconds. */
  readonly at: Date | number
}

const tickMs = 10_000
const tick = (): number => Math.floor(Date.now() / tickMs)

function subscribe(changed: () => void): () => void {
  const timer = setInterval(changed, tickMs)
  return () => clearInterval(timer)
}

/** A moment, as long ago as it is; the moment itself on hover, and to whoever reads it aloud. */
export function Time({ at }: TimeProps): ReactElement {
  useSyncExternalStore(subscribe, tick, tick)
  const moment = typeof at === 'number' ? new Date(at * 1_000) : at
  const absolute = `${moment.toISOString().slice(0, 19).replace('T', ' ')} UTC`
  return (
    <time
      dateTime={moment.toISOString()}
      title={absolute}
      className="relative whitespace-nowrap tabular-nums"
    >
      {agoText(moment.getTime(), Date.now())}
      <span className="sr-only"> ({absolute})</span>
    </time>
  )
}
