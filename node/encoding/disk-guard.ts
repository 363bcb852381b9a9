import { statfs } from 'node:fs/promises'
import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import { gridSeconds } from '#protocol/grid.ts'
import { audioPreset } from '#protocol/ladder.ts'
import { secondsAsked } from '#protocol/range.ts'

/** Bytes that may still be written below a path. */
export type FreeSpace = (directory: string) => Promise<number>

export type DiskGuardOptions = {
  readonly directory: string
  /** Work stops when less than this is left: the rest of the machine needs room too. */
  readonly floorBytes: number
  /** Milliseconds between two looks. */
  readonly everyMs: number
}

/** Stops work before it fills a disk. */
export type DiskGuard = Disposable & {
  /** Aborts with `disk-full`; what is finished by then is kept, and the work goes on from there when there is room. */
  readonly signal: AbortSignal
}

export const usualDiskFloorBytes = 512 * 2 ** 20

/** What the file system says, for a path or the nearest folder above it that exists. */
export const freeSpace: FreeSpace = async (directory) => {
  try {
    const { bavail, bsize } = await statfs(directory)
    return bavail * bsize
  } catch (error) {
    const parent = path.dirname(directory)
    if (parent === directory) throw error
    return await freeSpace(parent)
  }
}

/** Rejects with `disk-full` where the result may not fit, before any work is done. */
export async function requireSpace(
  neededBytes: number,
  { directory, floorBytes }: Pick<DiskGuardOptions, 'directory' | 'floorBytes'>,
  free: FreeSpace,
): Promise<void> {
  const available = await free(directory)
  if (available >= neededBytes + floorBytes) return
  const [needed, left] = [neededBytes + floorBytes, available].map((bytes) =>
    Math.ceil(bytes / 1_000_000),
  )
  throw new MarketError(
    'disk-full',
    `The disk of ${directory} has ${left} MB left, where up to ${needed} MB are needed; make room, or choose a folder on another disk.`,
    { directory, neededBytes, available },
  )
}

/** Looks at the disk again and again until it is disposed. */
export function watchDisk(
  { directory, floorBytes, everyMs }: DiskGuardOptions,
  free: FreeSpace,
): DiskGuard {
  const controller = new AbortController()
  const look = async (): Promise<void> => {
    const available = await free(directory)
    if (available >= floorBytes) return
    controller.abort(diskFull(directory))
  }
  const timer = setInterval(() => void look().catch(() => undefined), everyMs)
  timer.unref()
  return { signal: controller.signal, [Symbol.dispose]: () => clearInterval(timer) }
}

function diskFull(directory: string, cause?: unknown): MarketError {
  return new MarketError(
    'disk-full',
    `The disk of ${directory} is full. What is finished is kept; make room and run it again.`,
    { directory },
    { cause },
  )
}

/** The error of a write that found no room, in the words of this program; any other error as it is. */
export function asDiskFull(error: unknown, directory: string): unknown {
  const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC'
  return isFull ? diskFull(directory, error) : error
}

/** A rendition rarely needs more than its source, unless it is far better made than most. */
const mostOfSource = 1.5

/** What a transport stream adds, and texts. */
const containerShare = 1.1

/** The most bytes a tree is likely to take: each rendition at its cap, or at what the source has to give. */
export function treeBytesEstimate({ source, grid, ladder }: EncodeRequest['terms']): number {
  const seconds = secondsAsked(grid)
  const sourceKbps = (8 * source.bytes) / gridSeconds(grid) / 1000
  const video = ladder.map(({ kbps }) => Math.min(kbps, mostOfSource * sourceKbps))
  const sound = source.audioStream === undefined ? 0 : audioPreset.kbps
  const kbps = video.reduce((sum, rate) => sum + rate, sound)
  return Math.ceil((containerShare * kbps * 1000 * seconds) / 8)
}
