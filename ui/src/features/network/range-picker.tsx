import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import type { NetworkRange } from './network-range.ts'
import { networkRanges } from './network-range.ts'

export type RangePickerProps = { readonly range: NetworkRange }

const names = Object.keys(networkRanges) as readonly NetworkRange[]
const look = 'rounded-md px-2.5 py-1 text-sm'

/** Links, so that every range has an address and the back button goes through them. */
export function RangePicker({ range }: RangePickerProps): ReactElement {
  return (
    <nav aria-label="Range" className="flex flex-wrap gap-1">
      {names.map((name) => (
        <Link
          key={name}
          to="/network"
          search={{ range: name }}
          resetScroll={false}
          aria-current={name === range ? 'true' : undefined}
          className={`${look} ${name === range ? 'bg-accent text-on-accent' : 'text-muted hover:text-text'}`}
        >
          {networkRanges[name].name}
        </Link>
      ))}
    </nav>
  )
}
