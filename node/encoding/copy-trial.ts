import { mkdtemp, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'

/**
 * Copies a source's video for real, and throws the copy away: only that shows that it can be cut at its key frames.
 * Whatever stands against it, a full disk included, means that the video is encoded instead.
 */
export function createCopyTrial(
  copyVideo: EncodingEngine['copyVideo'],
  root: string,
): EncodingEngine['tryCopy'] {
  return async (request: EncodeRequest, { signal }) => {
    const directory = await mkdtemp(path.join(root, 'copy-'))
    try {
      const segments = await copyVideo(request, { directory, signal })
      return await Promise.all(
        segments.map(async (segment) => ({
          bytes: (await stat(segment.path)).size,
          units: segment.units,
        })),
      )
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof MarketError) return null
      throw error
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  }
}
