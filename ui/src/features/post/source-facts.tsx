import type { ReactElement } from 'react'
import { CidView } from '#ui/shared/components/cid.tsx'
import { bytesText, durationText } from '#ui/shared/format.ts'
import type { PostSource } from './source-state.ts'

export type SourceFactsProps = { readonly source: PostSource }

/** What the server has found out about a video. */
export function SourceFacts({ source }: SourceFactsProps): ReactElement {
  const { name, cid, width, height, seconds, bytes } = source
  const facts = [
    ['Size', `${width} × ${height}`],
    ['Length', durationText(seconds)],
    ['Bytes', bytesText(bytes)],
  ] as const
  return (
    <>
      {name !== cid && <p className="mb-3 font-medium break-all">{name}</p>}
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt className="text-sm text-muted">{label}</dt>
            <dd className="tabular-nums">{value}</dd>
          </div>
        ))}
        <div>
          <dt className="text-sm text-muted">Content id</dt>
          <dd>
            <CidView cid={cid} />
          </dd>
        </div>
      </dl>
    </>
  )
}
