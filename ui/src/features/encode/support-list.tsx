import type { ReactElement } from 'react'
import { Card } from '#ui/shared/components/card.tsx'
import type { Need } from './support.ts'

export type SupportListProps = { readonly needs: readonly Need[] }

/** Whether this browser can encode, and what is missing where it cannot. */
export function SupportList({ needs }: SupportListProps): ReactElement {
  const isAble = needs.every(({ isMet }) => isMet)
  return (
    <Card title={isAble ? 'This browser can encode' : 'This browser cannot encode'}>
      <ul className="grid gap-2">
        {needs.map(({ name, isMet, advice }) => (
          <li key={name} className="flex gap-3">
            <svg
              viewBox="0 0 16 16"
              aria-hidden="true"
              className={`mt-1 size-4 shrink-0 fill-none stroke-current stroke-2 ${isMet ? 'text-good' : 'text-bad'}`}
            >
              <path d={isMet ? 'M2 8.5 6 12.5 14 4' : 'M3 3l10 10M13 3 3 13'} />
            </svg>
            <span>
              <strong className="font-medium">
                {name}
                <span className="sr-only">{isMet ? ': there' : ': missing'}</span>
              </strong>
              <span className="block text-muted">{advice}</span>
            </span>
          </li>
        ))}
      </ul>
      {!isAble && (
        <p className="mt-3">Your desktop or an encoder of the community can do it instead.</p>
      )}
    </Card>
  )
}
