import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { EncodedSegment } from '#market/ports/encoding-engine.ts'
import { aacFrameSamples } from '#protocol/ladder.ts'
import { countAdtsFrames } from './adts.ts'
import { freeSpace } from './disk-guard.ts'
import { segmentFile } from './part-arguments.ts'
import {
  alignDecodingStart,
  markDiscontinuity,
  withLeastPackets,
  withoutServiceTable,
} from './segment-finish.ts'
import { elementaryStream, pesStarts } from './transport-stream.ts'

/** A segment that must be in the directory by now, and what it must hold. */
export type ExpectedSegment = {
  readonly rendition: string
  readonly index: number
  /** Frames of video, or of AAC. */
  readonly frames: number
}

/** Finishes the video segments a process has written, and counts every frame: a wrong number is never handed on. */
export async function finishVideoSegments(
  directory: string,
  expected: readonly ExpectedSegment[],
): Promise<readonly EncodedSegment[]> {
  const segments: EncodedSegment[] = []
  for (const segment of expected) {
    const file = fileOf(directory, segment)
    await rewriteSegment(file, segment, async (written) => {
      const bytes = withoutServiceTable(written)
      requireFrames(segment, pesStarts(bytes).length)
      markDiscontinuity(bytes)
      if (segment.index === 0) alignDecodingStart(bytes)
      await writeFile(file, withLeastPackets(bytes))
    })
    segments.push({ ...named(segment), path: file, units: segment.frames })
  }
  return segments
}

/** The same for sound, whose units are samples. */
export async function finishAudioSegments(
  directory: string,
  expected: readonly ExpectedSegment[],
): Promise<readonly EncodedSegment[]> {
  const segments: EncodedSegment[] = []
  for (const segment of expected) {
    const file = fileOf(directory, segment)
    await rewriteSegment(file, segment, async (written) => {
      const bytes = withoutServiceTable(written)
      requireFrames(segment, countAdtsFrames(elementaryStream(bytes)))
      markDiscontinuity(bytes)
      await writeFile(file, withLeastPackets(bytes))
    })
    segments.push({
      ...named(segment),
      path: file,
      units: segment.frames * aacFrameSamples,
    })
  }
  return segments
}

/** A disk with less is full: FFmpeg ends as if all were well when the rest of a segment found no room. */
const leastFreeBytes = 1_000_000

/** Turns a file of FFmpeg's into a segment. Rejects with `ffmpeg-failed` for what is none, and `disk-full` where that is why. */
export async function rewriteSegment(
  file: string,
  segment: Pick<ExpectedSegment, 'rendition' | 'index'>,
  finish: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const directory = path.dirname(file)
  try {
    await finish(await readSegment(file, segment))
  } catch (error) {
    throw (await freeSpace(directory)) < leastFreeBytes
      ? noRoom(directory, error)
      : asBroken(segment, error)
  }
}

function noRoom(directory: string, cause: unknown): MarketError {
  return new MarketError('disk-full', 'The disk is full.', { directory }, { cause })
}

async function readSegment(
  file: string,
  { rendition, index }: Pick<ExpectedSegment, 'rendition' | 'index'>,
): Promise<Buffer> {
  return await readFile(file).catch((cause: unknown) => {
    throw new MarketError(
      'ffmpeg-failed',
      `FFmpeg did not write segment ${index} of ${rendition}: the source may end before it.`,
      { rendition, index },
      { cause },
    )
  })
}

/** Bytes that are no transport stream are FFmpeg's failure, not this program's. */
function asBroken(
  { rendition, index }: Pick<ExpectedSegment, 'rendition' | 'index'>,
  cause: unknown,
): unknown {
  if (!(cause instanceof RangeError)) return cause
  return new MarketError(
    'ffmpeg-failed',
    `FFmpeg wrote a broken segment ${index} of ${rendition}.`,
    { rendition, index },
    { cause },
  )
}

function fileOf(directory: string, { rendition, index }: ExpectedSegment): string {
  return path.join(directory, segmentFile(rendition, index))
}

export function requireFrames(
  { rendition, index, frames }: ExpectedSegment,
  counted: number,
): void {
  if (counted === frames) return
  throw new MarketError(
    'ffmpeg-failed',
    `FFmpeg wrote ${counted} frames to segment ${index} of ${rendition} where ${frames} belong.`,
    { rendition, index, frames, counted },
  )
}

function named({ rendition, index }: ExpectedSegment): Pick<EncodedSegment, 'rendition' | 'index'> {
  return { rendition, index }
}
