import type { FrameGrid } from '#protocol/grid.ts'
import { segmentCount } from '#protocol/grid.ts'
import { inputArguments } from './input-arguments.ts'
import { tickSeconds } from './packet-line.ts'
import { bareOutput, segmentEnds, segmentFile, segmentFormat } from './part-arguments.ts'
import { clockBaseSeconds } from './segment-clock.ts'
import type { SourceLayout } from './source-layout.ts'

export type CopyRun = {
  readonly layout: SourceLayout
  readonly grid: FrameGrid
  /** Name of the rendition that the source's own video is. */
  readonly rendition: string
}

/**
 * Units of the stream that pictures are made of: slices, parameter sets and delimiters. Cameras and editors write places, devices and
 * settings between them (SEI), and whatever else a decoder passes over.
 */
const pictureUnits = 'filter_units=pass_types=1-5|7-9'

/**
 * One process that cuts the source's own video at its key frames and changes nothing of its pictures. The grid was made from these key
 * frames, so its cuts are counted frames here as everywhere.
 */
export function copyArguments({ layout, grid, rendition }: CopyRun): readonly string[] {
  const { video } = layout
  const whole = { firstSegment: 0, segments: segmentCount(grid) }
  const offset = clockBaseSeconds - tickSeconds(video.startPts, video.timeBase)
  return [
    ...['-loglevel', 'warning', ...inputArguments(layout, 0)],
    ...['-map', `0:${video.index}`, '-c:v', 'copy', '-bsf:v', pictureUnits, ...bareOutput],
    ...segmentFormat(segmentEnds(grid, whole), 0, offset),
    segmentFile(rendition, '%05d'),
  ]
}
