import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { EncodedSegment } from '#market/ports/encoding-engine.ts'
import { aacFrameSamples } from '#protocol/ladder.ts'
import { countAdtsFrames } from './adts.ts'
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
    const { file, bytes } = await readSegment(directory, segment)
    requireFrames(segment, pesStarts(bytes).length)
    markDiscontinuity(bytes)
    if (segment.index === 0) alignDecodingStart(bytes)
    await writeFile(file, withLeastPackets(bytes))
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
    const { file, bytes } = await readSegment(directory, segment)
    requireFrames(segment, countAdtsFrames(elementaryStream(bytes)))
    markDiscontinuity(bytes)
    await writeFile(file, withLeastPackets(bytes))
    segments.push({ ...named(segment), path: file, units: segment.frames * aacFrameSamples })
  }
  return segments
}

async function readSegment(
  directory: string,
  { rendition, index }: ExpectedSegment,
): Promise<{ readonly file: string; readonly bytes: Uint8Array }> {
  const file = path.join(directory, segmentFile(rendition, index))
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new MarketError(
      'ffmpeg-failed',
      `FFmpeg did not write segment ${index} of ${rendition}: the source may end before it.`,
      { rendition, index },
      { cause },
    )
  })
  return { file, bytes: withoutServiceTable(bytes) }
}

function requireFrames({ rendition, index, frames }: ExpectedSegment, counted: number): void {
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
