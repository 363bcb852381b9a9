import type { ReactElement } from 'react'
import type { Earning } from '#protocol/api/earnings.ts'
import { AppLink } from '#ui/shared/components/app-link.tsx'
import { Hbd } from '#ui/shared/components/hbd.tsx'
import { Time } from '#ui/shared/components/time.tsx'
import { TransactionLink } from '#ui/shared/components/transaction-link.tsx'

export type EarningsTableProps = { readonly earnings: readonly Earning[] }

const roleNames = { encoder: 'Encoding', arbiter: 'Arbiter’s fee', creator: 'Came back' } as const
const cell = 'py-2 pr-4'

export function EarningsTable({ earnings }: EarningsTableProps): ReactElement {
  return (
    <div className="rounded-xl border border-line bg-surface px-4">
      <table className="w-full text-left">
        <thead className="text-sm text-muted">
          <tr>
            <th className={`${cell} font-medium`}>When</th>
            <th className={`${cell} font-medium`}>Job</th>
            <th className={`${cell} hidden font-medium sm:table-cell`}>For</th>
            <th className={`${cell} hidden font-medium md:table-cell`}>Transaction</th>
            <th className="py-2 text-right font-medium">Amount</th>
          </tr>
        </thead>
        <tbody>
          {earnings.map(({ height, position, role, time, job, transaction, amount }) => (
            <tr key={`${height} ${position} ${role}`} className="border-t border-line">
              <td className={`${cell} whitespace-nowrap`}>
                <Time at={time} />
              </td>
              <td className={`${cell} break-all`}>
                <AppLink to={`/jobs/${job}`}>{job}</AppLink>
              </td>
              <td className={`${cell} hidden sm:table-cell`}>{roleNames[role]}</td>
              <td className={`${cell} hidden md:table-cell`}>
                <TransactionLink {...{ transaction, height }} />
              </td>
              <td className="py-2 text-right">
                <Hbd milli={amount} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
