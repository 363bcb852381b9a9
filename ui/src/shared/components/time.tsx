import type { ReactElement } from 'react'
import { useSyncExternalStore } from 'react'
import { agoText } from '#ui/shared/format.ts'

export type TimeProps = {
  /** Seconds of the chain, milliseconds never: a Date, or a text in UTC. */
  readonly at: Date | string
}

const tickMs = 10_000
const tick = (): number => Math.floor(Date.now() / tickMs)

function subscribe(changed: () => void): () => void {
  const timer = setInterval(changed, tickMs)
  return () => clearInterval(timer)
}

/** A moment, as long ago as it is; the moment itself on hover, and to whoever reads it aloud. */
export function Time({ at }: TimeProps): ReactElement {
  useSyncExternalStore(subscribe, tick)
  const moment = typeof at === 'string' ? new Date(/Z|[+-]\d\d:\d\d$/.test(at) ? at : `${at}Z`) : at
  const absolute = `${moment.toISOString().slice(0, 19).replace('T', ' ')} UTC`
  return (
    <time
      dateTime={moment.toISOString()}
      title={absolute}
      className="whitespace-nowrap tabular-nums"
    >
      {agoText(moment.getTime(), Date.now())}
      <span className="sr-only"> ({absolute})</span>
    </time>
  )
}
