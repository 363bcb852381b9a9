import { Link } from '@tanstack/react-router'
import type { MarketEncoder } from '#protocol/api/market-encoders.ts'
import { Hbd } from '#ui/shared/components/hbd.tsx'
import type { Column } from '#ui/shared/components/virtual-row.tsx'
import { speedText } from '#ui/shared/format.ts'
import type { EncoderSearch } from './encoder-search.ts'
import { hardwareNames } from './encoder-search.ts'
import { PresenceBadge } from './presence-badge.tsx'
import { regionName } from './regions.ts'

/** What is told of an encoder in one line; its name opens the details. */
export function encoderColumns(search: EncoderSearch): readonly Column<MarketEncoder>[] {
  return [
    {
      name: 'Encoder',
      width: 'minmax(5rem, 2fr)',
      cell: ({ account }) => (
        <Link
          to="/encoders"
          search={{ ...search, show: account }}
          resetScroll={false}
          className="text-accent hover:underline"
        >
          @{account}
        </Link>
      ),
    },
    {
      name: 'Now',
      width: 'minmax(4.5rem, 1fr)',
      cell: ({ presence }) => <PresenceBadge presence={presence} />,
    },
    {
      name: 'Score',
      width: 'minmax(7rem, 1fr)',
      isNumber: true,
      isExtra: true,
      cell: ({ score, low, high }) => (
        <>
          {Math.round(score)}{' '}
          <span className="text-sm text-muted">
            {Math.round(low)}–{Math.round(high)}
          </span>
        </>
      ),
    },
    { name: 'Jobs', width: '4rem', isNumber: true, isExtra: true, cell: ({ deeds }) => deeds },
    {
      name: 'Per minute',
      width: 'minmax(6rem, 1fr)',
      isNumber: true,
      cell: ({ pricePerMinute }) => <Hbd milli={pricePerMinute} />,
    },
    {
      name: 'Speed',
      width: '5rem',
      isNumber: true,
      isExtra: true,
      cell: ({ speed }) => (speed === 0 ? '–' : speedText(speed / 1_000)),
    },
    {
      name: 'Hardware',
      width: 'minmax(6rem, 1fr)',
      isExtra: true,
      cell: ({ hwAccel }) => hardwareNames[hwAccel],
    },
    {
      name: 'Region',
      width: 'minmax(5rem, 1fr)',
      isExtra: true,
      cell: ({ region }) => (region === null ? '–' : regionName(region)),
    },
  ]
}
