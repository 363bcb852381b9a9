import type { FrameGrid } from '#protocol/grid.ts'
import { frameSeconds, segmentCount, segmentStart } from '#protocol/grid.ts'
import type { StoryboardRecord } from '#protocol/manifest.ts'
import { vttTime } from './vtt.ts'

/** The folder of the storyboard, the file that players read, and the sheets it points to. */
export const storyboardTrack = 'storyboard'
export const storyboardFile = 'storyboard.vtt'
export const posterName = 'poster.jpg'

export function sheetName(index: number): string {
  return `sheet_${String(index).padStart(3, '0')}.jpg`
}

/** More tiles than a seek bar has places for would only be weight. */
const mostTiles = 200

/** Which segments give a tile. */
export function tiledSegments(grid: FrameGrid): {
  readonly everySegments: number
  readonly indexes: readonly number[]
} {
  const segments = segmentCount(grid)
  const everySegments = Math.ceil(segments / mostTiles)
  const tiles = Math.ceil(segments / everySegments)
  return {
    everySegments,
    indexes: Array.from({ length: tiles }, (_, tile) => tile * everySegments),
  }
}

/** WebVTT whose cues are pictures: each time of the video leads to a region of a sheet (Media Fragments `xywh`). */
export function storyboardVtt(storyboard: StoryboardRecord, grid: FrameGrid): string {
  const { everySegments, tiles, columns, rows, width, height } = storyboard
  const startOf = (tile: number): number =>
    frameSeconds(grid.rate, segmentStart(grid, Math.min(tile * everySegments, segmentCount(grid))))
  const cues = Array.from({ length: tiles }, (_, tile) => {
    const place = tile % (columns * rows)
    const [x, y] = [(place % columns) * width, Math.floor(place / columns) * height]
    const sheet = sheetName(Math.floor(tile / (columns * rows)))
    return `${vttTime(startOf(tile))} --> ${vttTime(startOf(tile + 1))}\n${sheet}#xywh=${x},${y},${width},${height}\n`
  })
  return ['WEBVTT\n', ...cues].join('\n')
}
