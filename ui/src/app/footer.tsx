import type { ReactElement } from 'react'
import { useSyncExternalStore } from 'react'
import { networkRoute } from '#protocol/api/network.ts'
import { Time } from '#ui/shared/components/time.tsx'
import { liveEvents } from '#ui/shared/live-events.ts'
import { isReadOnly } from '#ui/shared/read-only.ts'
import { useRoute } from '#ui/shared/use-route.ts'
import { version } from './version.ts'

const blockMs = 3_000
/** As long as nobody would notice, and no more questions than a page may ask. */
const lookMs = 5 * blockMs

const words = {
  connecting: 'Connecting to live events…',
  live: 'Live',
  lost: 'Live events are lost; trying again.',
} as const

const readOnly = 'Read-only, as this node knows the market'

/** How fresh everything on the page is. */
export function Footer(): ReactElement {
  const state = useSyncExternalStore(liveEvents.watch, liveEvents.state)
  const { data, error } = useRoute(networkRoute, { query: { days: 1 } }, { everyMs: lookMs })
  return (
    <footer className="mt-auto border-t border-line">
      <div className="mx-auto flex min-h-12 max-w-6xl flex-wrap items-center gap-x-6 gap-y-1 px-4 py-3 text-sm text-muted">
        <span className="inline-flex items-center gap-2">
          <span
            aria-hidden="true"
            className={`size-2 rounded-full ${isReadOnly() || state === 'live' ? 'bg-good' : 'bg-muted'}`}
          />
          <span role="status">{isReadOnly() ? readOnly : words[state]}</span>
        </span>
        <span className="tabular-nums">{chainText(data?.at ?? null, error)}</span>
        {data?.at && <Time at={data.at.time} />}
        <span className="ml-auto">spk-encoder {version}</span>
      </div>
    </footer>
  )
}

function chainText(at: { readonly height: number } | null, error: Error | null): string {
  if (error) return 'The server does not answer.'
  return at ? `Block ${at.height.toLocaleString('en')}` : 'No block yet'
}
