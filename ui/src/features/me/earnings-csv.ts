import type { Earning } from '#protocol/api/earnings.ts'
import { hbdText } from '#ui/shared/format.ts'
import { csvText } from './csv.ts'

const head = ['time (UTC)', 'block', 'transaction', 'job', 'role', 'amount', 'currency']

/** Payments as a file for bookkeeping, in the order given. */
export function earningsCsv(earnings: readonly Earning[]): string {
  const rows = earnings.map(({ time, height, transaction, job, role, amount }) => {
    const [number = '', currency = ''] = hbdText(amount).split(' ')
    return [new Date(time * 1_000).toISOString(), height, transaction, job, role, number, currency]
  })
  return csvText([head, ...rows])
}
