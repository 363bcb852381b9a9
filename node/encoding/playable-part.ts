import type { Manifest } from '#protocol/manifest.ts'

/**
 * As much of an unfinished tree as every rendition has, from the beginning on, so that a player may change between them
 * at any moment; null while there is nothing to see, or the sound that goes with it is missing.
 */
export function playablePart(draft: Manifest): Manifest | null {
  const { renditions, audio } = draft
  const length = Math.min(...renditions.map(({ segments }) => segments.length))
  if (length === 0 || audio?.segments.length === 0) return null
  return {
    ...draft,
    renditions: renditions.map((rendition) => ({
      ...rendition,
      segments: rendition.segments.slice(0, length),
    })),
  }
}

/** Segments of each rendition that a playable part has. */
export function playableLength({ renditions }: Manifest): number {
  return renditions[0]?.segments.length ?? 0
}
