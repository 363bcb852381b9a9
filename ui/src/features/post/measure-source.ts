import { sourceRoute } from '#protocol/api/posting.ts'
import type { Cid } from '#protocol/ids.ts'
import { callServer } from '#ui/shared/session.ts'
import type { PostSource } from './source-state.ts'

/** What a video is that the server has already. */
export async function measureSource(
  cid: Cid,
  name: string,
  signal: AbortSignal,
): Promise<PostSource> {
  return { ...(await callServer(sourceRoute, { params: { cid } }, { signal })), name }
}
