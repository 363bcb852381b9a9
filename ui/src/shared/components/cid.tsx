import type { ReactElement } from 'react'
import { shortened } from '#ui/shared/format.ts'
import { CopyButton } from './copy-button.tsx'

export type CidProps = {
  readonly cid: string
  /** Where below it the link leads, as in `/master.m3u8`. */
  readonly path?: string
}

/** A content id, shortened: to open at the gateway, and to copy whole. */
export function CidView({ cid, path = '' }: CidProps): ReactElement {
  return (
    <span className="inline-flex items-center gap-1">
      <a
        href={`/ipfs/${cid}${path}`}
        title={cid}
        className="font-mono text-sm text-accent hover:underline"
      >
        {shortened(cid)}
      </a>
      <CopyButton text={cid} what="the CID" />
    </span>
  )
}
