import type { sourceRoute } from '#protocol/api/posting.ts'
import type { ReplyOf } from '#protocol/client.ts'

/** A video that the server has and has looked at, and the name that its job gets. */
export type PostSource = Pick<
  ReplyOf<typeof sourceRoute>,
  'cid' | 'bytes' | 'width' | 'height' | 'seconds' | 'isShort' | 'ladder'
> & { readonly name: string }

/**
 *   none -> uploading -> examining -> ready
 *   none -> examining -> ready, for what is on IPFS already
 * and from each but the first and last to failed.
 */
export type SourceState =
  | {
      readonly phase: 'none'
      /** An upload that a load of the page has cut short: picked again, it goes on from there. */
      readonly unfinished: { readonly name: string; readonly percent: number } | null
    }
  | {
      readonly phase: 'uploading'
      readonly name: string
      readonly percent: number
      readonly bytesPerSecond: number
      readonly etaSeconds: number | null
    }
  | { readonly phase: 'examining'; readonly name: string; readonly percent: number | null }
  | { readonly phase: 'ready'; readonly source: PostSource }
  | { readonly phase: 'failed'; readonly message: string }
