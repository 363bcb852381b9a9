import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { EncodedSegment } from '#market/ports/encoding-engine.ts'
import type { FrameGrid } from '#protocol/grid.ts'
import { segmentStart } from '#protocol/grid.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { aacFrameSamples } from '#protocol/ladder.ts'
import type { Recipe } from '#protocol/recipe.ts'
import { ifAbsent } from '../../if-absent.ts'
import { adtsFrames } from '../adts.ts'
import { audioRendition } from '../audio-arguments.ts'
import { segmentFile } from '../part-arguments.ts'
import type { ExpectedSegment } from '../segment-files.ts'
import { requireFrames, rewriteSegment } from '../segment-files.ts'
import { elementaryStream } from '../transport-stream.ts'
import { samplesIn, writeFragment } from './fragment.ts'
import { audioClock, audioInit, videoClock, videoInit } from './init-segment.ts'
import { streamForm, streamTerms } from './video-stream.ts'

export type FragmentWork = {
  readonly recipe: Recipe
  readonly grid: FrameGrid
  readonly renditions: readonly Rendition[]
}

/**
 * Packs what FFmpeg has encoded into segments of fragmented MP4, and counts every frame. All segments of a rendition have one
 * initialization segment, whichever part they are of and however often they were encoded into this directory; one that needs
 * another is FFmpeg's failure.
 */
export async function finishVideoFragments(
  directory: string,
  expected: readonly ExpectedSegment[],
  { recipe, grid, renditions }: FragmentWork,
): Promise<readonly EncodedSegment[]> {
  const segments: EncodedSegment[] = []
  const { unitTicks } = videoClock(grid.rate)
  const inits = new Map<string, Uint8Array>()
  for (const segment of expected) {
    const { rendition: name, index, frames } = segment
    const rendition = renditions.find((rung) => rung.name === name)
    if (!rendition) throw new Error('a segment is of one of the renditions')
    const file = path.join(directory, segmentFile(name, index, 'fmp4'))
    const target = path.join(directory, fragmentFile(name, index))
    const init = path.join(directory, initFile(name))
    await rewriteSegment(file, segment, async (bytes) => {
      const samples = samplesIn(bytes)
      requireFrames(segment, samples.length)
      const own = videoInit({
        ...{ width: rendition.width, height: rendition.height, rate: grid.rate },
        ...streamForm(recipe, bytes, rendition),
      })
      streamTerms(recipe, own, samples[0]?.bytes ?? new Uint8Array())
      const known = inits.get(name) ?? (await readFile(init).catch(ifAbsent(null)))
      requireSame(known ?? own, own, segment)
      if (!known) await writeFile(init, own)
      inits.set(name, own)
      const fragment = { index, start: segmentStart(grid, index), samples }
      await writeFile(target, writeFragment(fragment, unitTicks))
    })
    await rm(file)
    segments.push({ rendition: name, index, path: target, units: frames, init })
  }
  return segments
}

/** Packs sound, which FFmpeg writes into transport streams for every recipe. */
export async function finishAudioFragments(
  directory: string,
  expected: readonly ExpectedSegment[],
): Promise<readonly EncodedSegment[]> {
  const segments: EncodedSegment[] = []
  const init = path.join(directory, initFile(audioRendition))
  await writeFile(init, audioInit())
  let start = 0
  for (const segment of expected) {
    const { rendition, index, frames } = segment
    const file = path.join(directory, segmentFile(rendition, index))
    const target = path.join(directory, fragmentFile(rendition, index))
    await rewriteSegment(file, segment, async (bytes) => {
      const samples = adtsFrames(elementaryStream(bytes)).map((frame) => ({
        bytes: frame,
        delay: 0,
      }))
      requireFrames(segment, samples.length)
      await writeFile(target, writeFragment({ index, start, samples }, audioClock.unitTicks))
    })
    await rm(file)
    start += frames
    segments.push({ rendition, index, path: target, units: frames * aacFrameSamples, init })
  }
  return segments
}

function requireSame(
  first: Uint8Array,
  own: Uint8Array,
  { rendition, index }: ExpectedSegment,
): void {
  if (Buffer.compare(first, own) === 0) return
  throw new MarketError(
    'ffmpeg-failed',
    `Segment ${index} of ${rendition} needs another initialization segment than those before it.`,
    { rendition, index },
  )
}

function fragmentFile(rendition: string, index: number): string {
  return `${rendition}_${String(index).padStart(5, '0')}.m4s`
}

function initFile(rendition: string): string {
  return `${rendition}_init.mp4`
}
