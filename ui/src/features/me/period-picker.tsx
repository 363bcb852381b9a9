import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import type { Period } from './earnings-period.ts'
import { periodNames, periods } from './earnings-period.ts'

export type PeriodPickerProps = { readonly period: Period }

const look = 'rounded-md px-2.5 py-1 text-sm'

export function PeriodPicker({ period }: PeriodPickerProps): ReactElement {
  return (
    <nav aria-label="Period" className="flex flex-wrap gap-1">
      {periods.map((each) => (
        <Link
          key={each}
          to="/me"
          search={{ period: each }}
          resetScroll={false}
          aria-current={each === period ? 'true' : undefined}
          className={`${look} ${each === period ? 'bg-accent text-on-accent' : 'text-muted hover:text-text'}`}
        >
          {periodNames[each]}
        </Link>
      ))}
    </nav>
  )
}
