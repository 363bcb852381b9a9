import path from 'node:path'
import type { CopyObstacle } from '#market/domain/copied-rendition.ts'
import type { HardwareEncoder } from '#protocol/encoder.ts'
import { frameSeconds, gridSeconds } from '#protocol/grid.ts'
import type { HardwareRun, Manifest } from '#protocol/manifest.ts'
import type { EncodeProgress } from '../encoding/encode-progress.ts'
import { masterName } from '../encoding/playlist.ts'
import type { AssembledTree } from '../processing/tree.ts'
import type { PieceShelf } from './piece-shelf.ts'

export type LocalProgress = EncodeProgress & {
  readonly stage: 'analysing' | 'encoding' | 'finishing'
  /** Of the source, how much has been looked at; while it is analysed, which counts for nothing in the percent. */
  readonly sourcePercent?: number
}

/** What an encode has come to, for people and programs. */
export type LocalReport = {
  readonly folder: string
  readonly master: string
  readonly source: string
  /** Ids that the tree and its manifest have in IPFS. */
  readonly root: string
  readonly manifest: string
  /** Seconds of video. */
  readonly duration: number
  readonly renditions: readonly {
    readonly name: string
    readonly width: number
    readonly height: number
    readonly segments: number
    readonly bytes: number
    readonly averageKbps: number
    /** Segments by the hardware that made them; all others are the recipe's own. */
    readonly hardware: Readonly<Partial<Record<HardwareEncoder, number>>>
  }[]
  /** The rendition that is the source's own video; null where all were encoded, for the reason beside it. */
  readonly copied: string | null
  readonly copyObstacle: CopyObstacle | null
  readonly bytes: number
  readonly subtitles: readonly string[]
  /** Subtitles of the source that are pictures: they are not carried over. */
  readonly ignoredSubtitles: number
  /** Pieces (a part of a rendition, or the sound) that were found finished, and those of the whole. */
  readonly pieces: { readonly reused: number; readonly total: number }
  readonly seconds: { readonly analyse: number; readonly encode: number; readonly finish: number }
  /** Seconds of video per second of this run; of no meaning where parts were there already. */
  readonly speed: number
}

export type Finished = {
  readonly folder: string
  readonly manifest: Manifest
  readonly tree: AssembledTree
  readonly shelf: Pick<PieceShelf, 'reused' | 'total'>
  readonly copyObstacle: CopyObstacle | null
  readonly milliseconds: LocalReport['seconds']
  readonly ignoredSubtitles: number
}

export function reportOf(finished: Finished): LocalReport {
  const { folder, manifest, tree, shelf, copyObstacle, milliseconds, ignoredSubtitles } = finished
  const { grid, renditions, audio, source, copied = null } = manifest
  const duration = gridSeconds(grid)
  const { analyse, encode, finish } = milliseconds
  const rows = renditions.map(({ name, width, height, segments, hardware = [] }) => {
    const bytes = totalBytes(segments)
    const seconds = frameSeconds(grid.rate, grid.frames)
    const averageKbps = Math.round((8 * bytes) / seconds / 1000)
    const row = { name, width, height, segments: segments.length, bytes, averageKbps }
    return { ...row, hardware: segmentsByMaker(hardware) }
  })
  return {
    folder,
    master: path.join(folder, masterName),
    source,
    root: tree.root,
    manifest: tree.manifest,
    duration,
    renditions: rows,
    copied,
    copyObstacle,
    bytes: totalBytes(rows) + totalBytes(audio?.segments ?? []),
    subtitles: (manifest.subtitles ?? []).map(({ name }) => name),
    ignoredSubtitles,
    pieces: { reused: shelf.reused, total: shelf.total },
    seconds: { analyse: analyse / 1000, encode: encode / 1000, finish: finish / 1000 },
    speed: duration / Math.max(0.001, (analyse + encode + finish) / 1000),
  }
}

function segmentsByMaker(
  runs: readonly HardwareRun[],
): LocalReport['renditions'][number]['hardware'] {
  const counts: Partial<Record<HardwareEncoder, number>> = {}
  for (const { encoder, segments } of runs) counts[encoder] = (counts[encoder] ?? 0) + segments
  return counts
}

function totalBytes(items: readonly { readonly bytes: number }[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Tells progress whose percent never falls, whatever stage or restart reports it. */
export function createProgressTeller(
  onProgress: (progress: LocalProgress) => void,
): (progress: LocalProgress) => void {
  let highest = 0
  return (progress) => {
    highest = Math.max(highest, progress.percent)
    onProgress({ ...progress, percent: highest })
  }
}
