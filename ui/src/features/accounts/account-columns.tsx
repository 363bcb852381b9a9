import type { z } from 'zod'
import type { accountsRoute } from '#protocol/api/accounts.ts'
import { AccountLink } from '#ui/shared/components/account-link.tsx'
import { Time } from '#ui/shared/components/time.tsx'
import type { Column } from '#ui/shared/components/virtual-row.tsx'
import { ScoreBand } from './score-band.tsx'
import { roleNames } from './standing-words.ts'

type Row = z.output<typeof accountsRoute.reply>['accounts'][number]

export const accountColumns: readonly Column<Row>[] = [
  {
    name: 'Account',
    width: 'minmax(7rem, 2fr)',
    cell: ({ account }) => <AccountLink account={account} />,
  },
  { name: 'Score', width: '3.5rem', isNumber: true, cell: ({ score }) => score },
  {
    name: 'Band',
    width: 'minmax(5rem, 3fr)',
    cell: (row) => <ScoreBand score={row} />,
  },
  { name: 'Jobs', width: '4rem', isNumber: true, isExtra: true, cell: ({ deeds }) => deeds },
  {
    name: 'Roles',
    width: 'minmax(8rem, 2fr)',
    isExtra: true,
    cell: ({ roles }) => roles.map((role) => roleNames[role]).join(', '),
  },
  {
    name: 'Last active',
    width: '7rem',
    isExtra: true,
    cell: ({ activeTime }) => (activeTime === 0 ? '–' : <Time at={new Date(activeTime * 1_000)} />),
  },
]
