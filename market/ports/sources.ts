import type { Cid } from '#protocol/ids.ts'
import type { EncodeRequest, SourceProfile } from './encoding-engine.ts'

type Waiting = { readonly signal: AbortSignal }

/** Videos that this server has, as an offer needs to know them. Both reject with `content-unavailable` for what is not here. */
export interface Sources {
  measure(cid: Cid, options: Waiting): Promise<SourceProfile>
  /** What the bytes of a job of these renditions would depend on; all where none are named. */
  terms(cid: Cid, qualities: readonly string[], options: Waiting): Promise<EncodeRequest['terms']>
}
