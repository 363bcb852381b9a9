import type { ReactElement } from 'react'
import { shortened } from '#ui/shared/format.ts'
import { CopyButton } from './copy-button.tsx'

export type TransactionLinkProps = {
  readonly transaction: string
  /** Its block, where that is known. */
  readonly height?: number
}

/** A transaction by its id, and the block that has it: no explorer is asked, so that the id can be taken to any. */
export function TransactionLink({ transaction, height }: TransactionLinkProps): ReactElement {
  return (
    <span className="inline-flex items-center gap-1">
      <code title={transaction} className="text-sm text-muted">
        {shortened(transaction, 8, 0)}
      </code>
      <CopyButton text={transaction} what="the transaction id" />
      {height !== undefined && (
        <span className="text-sm text-muted tabular-nums">block {height.toLocaleString('en')}</span>
      )}
    </span>
  )
}
