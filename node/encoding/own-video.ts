import type { OwnVideo } from '#market/domain/copied-rendition.ts'
import type { SourceLayout } from './source-layout.ts'
import type { SourceTimeline } from './source-timeline.ts'

/** What decides whether a source's own video may be copied for a rendition; `frames` are those of the output's grid. */
export function ownVideo(layout: SourceLayout, timeline: SourceTimeline, frames: number): OwnVideo {
  const { codec, profile, level, stored } = layout.video
  const perSecond = timeline.rate.numerator / timeline.rate.denominator
  return {
    codec,
    profile: profile ?? '',
    level: level ?? Number.POSITIVE_INFINITY,
    width: stored.width,
    height: stored.height,
    isPlain: isShownAsStored(layout) && isEven(timeline, frames),
    keyFrames: timeline.keySeconds.map((seconds) => Math.round(seconds * perSecond)),
  }
}

/** Nothing is done to a copied picture, so there must be nothing to do. */
function isShownAsStored({ video }: SourceLayout): boolean {
  const { orientation, stored, pixelFormat, fields, color } = video
  return (
    orientation.filters.length === 0 &&
    stored.aspect.numerator === stored.aspect.denominator &&
    pixelFormat === 'yuv420p' &&
    fields === 'progressive' &&
    color.matrix === 'bt709' &&
    !color.isFullRange &&
    color.hdr === 'none' &&
    color.wide === null
  )
}

/** Every frame of the grid is one picture of the source, and groups can be told apart. */
function isEven({ isVariable, pictures, hasClosedGops }: SourceTimeline, frames: number): boolean {
  return !isVariable && pictures === frames && hasClosedGops
}
