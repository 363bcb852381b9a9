import type { ReactElement } from 'react'
import type { auditRoute } from '#protocol/api/audit.ts'
import type { ReplyOf } from '#protocol/client.ts'
import { CopyButton } from '#ui/shared/components/copy-button.tsx'
import { Time } from '#ui/shared/components/time.tsx'
import { shortened } from '#ui/shared/format.ts'

export type AuditRowProps = { readonly entry: ReplyOf<typeof auditRoute>['entries'][number] }

/** One deed: what was done, to what, when, and the hash that stands for it. */
export function AuditRow({ entry }: AuditRowProps): ReactElement {
  const { sequence, at, action, subject, details, hash } = entry
  const isPlain = Object.keys(details).length === 0
  return (
    <li className="py-2.5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <span className="min-w-0 break-all">
          <span className="font-medium">{action}</span>{' '}
          <span className="text-muted">{subject}</span>
        </span>
        <span className="flex items-center gap-x-3 text-sm text-muted">
          <span className="tabular-nums">№ {sequence}</span>
          <Time at={at} />
          <code title={hash}>{shortened(hash, 8, 0)}</code>
          <CopyButton text={hash} what="the hash" />
        </span>
      </div>
      {!isPlain && (
        <details className="mt-1 text-sm text-muted">
          <summary className="cursor-pointer py-0.5">Details</summary>
          <pre className="overflow-x-auto whitespace-pre-wrap break-all">
            {JSON.stringify(details, null, 2)}
          </pre>
        </details>
      )}
    </li>
  )
}
