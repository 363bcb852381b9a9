import { MarketError } from '#market/errors.ts'
import type { InitRecord } from '#protocol/manifest.ts'

/**
 * The one initialization segment of a rendition. Rejects with `ffmpeg-failed` where two of its parts need different ones:
 * a playlist names it once.
 */
export function requireOneInit(
  rendition: string,
  known: InitRecord | undefined,
  own: InitRecord,
): InitRecord {
  if (known === undefined || known.cid === own.cid) return own
  throw new MarketError(
    'ffmpeg-failed',
    `Parts of ${rendition} need different initialization segments.`,
    { rendition },
  )
}
