import { z } from 'zod'
import { Cid, UploadId } from '#protocol/ids.ts'

/** How far a post has come, for the page that is loaded after this one. */
const KeptPost = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('uploading'), name: z.string(), percent: z.number() }),
  /** The bytes are all there: it goes on without the file. */
  z.object({ phase: z.literal('sent'), name: z.string(), id: UploadId }),
  z.object({ phase: z.literal('known'), name: z.string(), cid: Cid }),
])
export type KeptPost = z.infer<typeof KeptPost>

const storedAs = 'spk-encoder post'

export function keepPost(post: KeptPost | null): void {
  if (post) localStorage.setItem(storedAs, JSON.stringify(post))
  else localStorage.removeItem(storedAs)
}

export function keptPost(): KeptPost | null {
  try {
    return KeptPost.parse(JSON.parse(localStorage.getItem(storedAs) ?? ''))
  } catch {
    return null
  }
}
