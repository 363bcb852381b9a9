import { stat } from 'node:fs/promises'
import { MarketError } from '#market/errors.ts'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import { openScratch } from '../scratch.ts'

/**
 * Copies a source's video for real, and throws the copy away: only that shows that it can be cut at its key frames.
 * Whatever stands against it, a full disk included, means that the video is encoded instead.
 */
export function createCopyTrial(
  copyVideo: EncodingEngine['copyVideo'],
  dataDirectory: string,
): EncodingEngine['tryCopy'] {
  return async (request: EncodeRequest, { signal }) => {
    try {
      await using scratch = await openScratch(dataDirectory, 'copy')
      const segments = await copyVideo(request, { directory: scratch.path, signal })
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
    }
  }
}
