import { Link } from '@tanstack/react-router'
import type { AnyJob } from '#protocol/api/all-jobs.ts'
import { Hbd } from '#ui/shared/components/hbd.tsx'
import { Time } from '#ui/shared/components/time.tsx'
import type { Column } from '#ui/shared/components/virtual-row.tsx'
import { shortened } from '#ui/shared/format.ts'
import { tierNames } from '#ui/shared/jobs-search.ts'
import { partsText } from './range-view.ts'
import { StateBadge } from './state-badge.tsx'

/** Of the list of jobs; the first one's link opens the row. */
export const jobColumns: readonly Column<AnyJob>[] = [
  {
    name: 'Job',
    width: 'minmax(0, 2fr)',
    cell: ({ id, permlink, owner, range }) => (
      <>
        <Link
          to="/jobs/$id"
          params={{ id }}
          className="font-medium after:absolute after:inset-0 hover:underline"
        >
          {permlink ?? shortened(id, owner.length + 5, 4)}
        </Link>
        {range && (
          <span className="ml-2 text-sm text-muted">
            {partsText(range, range.of)}, {shortened(range.whole, owner.length + 5, 4)}
          </span>
        )}
      </>
    ),
  },
  {
    name: 'State',
    width: '9rem',
    cell: ({ state, phase, progress }) => <StateBadge {...{ state, phase, progress }} />,
  },
  { name: 'Owner', width: 'minmax(0, 1fr)', cell: ({ owner }) => `@${owner}`, isExtra: true },
  { name: 'By', width: '7rem', cell: ({ tier }) => tierNames[tier], isExtra: true },
  {
    name: 'Encoder',
    width: 'minmax(0, 1fr)',
    cell: ({ encoder }) => encoder ?? '–',
    isExtra: true,
  },
  {
    name: 'Price',
    width: '6.5rem',
    cell: ({ price, ceiling }) =>
      price === null && ceiling !== null ? (
        <span className="text-muted">
          ≤ <Hbd milli={ceiling} />
        </span>
      ) : (
        <Hbd milli={price} />
      ),
    isNumber: true,
    isExtra: true,
  },
  {
    name: 'Posted',
    width: '6.5rem',
    cell: ({ createdAt }) => <Time at={createdAt} />,
    isNumber: true,
    isExtra: true,
  },
]
