import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { framesInSegment } from '#protocol/grid.ts'
import type { Ffmpeg } from '../encoding/ffmpeg-process.ts'
import { provideColors } from '../encoding/part-encoder.ts'
import { encoderPictures, memoryCeilingBytes } from '../encoding/process-limits.ts'
import type { ColourTolerance } from './colour-tolerance.ts'
import type { Detailed, Measured, PictureComparison, Textured } from './picture-arguments.ts'
import { comparisonArguments, comparisonFiles, tileSize } from './picture-arguments.ts'
import type { PictureFigures, PictureSamples } from './picture-figures.ts'
import { picturesFigures } from './picture-figures.ts'
import type { Tiles } from './picture-tiles.ts'
import { ErrorLine, LumaErrorLine, parseStatistics, SimilarityLine } from './statistics-file.ts'

export type MeasureDeps = { readonly ffmpeg: Ffmpeg }

export type MeasureOptions = {
  /** Holds the two segments, and takes what FFmpeg writes. */
  readonly directory: string
  readonly signal: AbortSignal
  /** Milliseconds after which measuring is given up, however well it advances. */
  readonly longestMs?: number
}

/**
 * Measures a delivered segment against the source and against the verifier's own. Resolves to null where the delivered
 * segment does not decode to the pictures that its place asks for. Rejects with `ffmpeg-failed` when FFmpeg cannot do it.
 */
export async function measurePictures(
  { ffmpeg }: MeasureDeps,
  comparison: PictureComparison,
  { directory, colours, signal, longestMs }: MeasureOptions & { readonly colours: ColourTolerance },
): Promise<PictureFigures | null> {
  await provideColors(comparison.layout, directory)
  await ffmpeg.run({
    ...{ args: comparisonArguments(comparison), directory, signal },
    memoryBytes: memoryOf(comparison),
    ...(longestMs === undefined ? {} : { longestMs }),
  })
  const samples = await readSamples(comparison, directory)
  const wanted = framesInSegment(comparison.grid, comparison.segment)
  if (samples.delivered.error.length !== wanted) return null
  if (samples.reference.error.length !== wanted)
    throw new Error('the verifier encodes every picture of a segment')
  return picturesFigures(samples, colours)
}

/** Pictures of a rendition's size that wait for one another in the graph, for each picture of the segment. */
const waitingPictures = 4

/**
 * A generous ceiling: of what decoding and encoding the segment may have, with an output that holds all its pictures at once, and what
 * is made of them.
 */
function memoryOf({ layout, grid, rendition, segment }: PictureComparison): number {
  const { width, height } = layout.video.stored
  const waiting = waitingPictures * framesInSegment(grid, segment)
  const heldShare = Math.max(1, waiting / encoderPictures)
  return memoryCeilingBytes(width * height, heldShare * rendition.width * rendition.height)
}

async function readSamples(
  { rendition, shifts }: PictureComparison,
  directory: string,
): Promise<PictureSamples> {
  const text = (name: string) => readFile(path.join(directory, name), 'utf8')
  const tiles = async (who: Measured | 'source'): Promise<Tiles> => ({
    size: tileSize(rendition),
    samples: await readFile(path.join(directory, comparisonFiles.tiles(who))),
  })
  const detail = async (who: Detailed) =>
    parseStatistics(await text(comparisonFiles.detail(who)), LumaErrorLine)
  const texture = async (who: Textured) =>
    parseStatistics(await text(comparisonFiles.texture(who)), LumaErrorLine)
  const one = async (who: Measured) => ({
    similarity: parseStatistics(await text(comparisonFiles.similarity(who)), SimilarityLine),
    error: parseStatistics(await text(comparisonFiles.error(who)), ErrorLine),
    softError: parseStatistics(await text(comparisonFiles.softError(who)), ErrorLine),
    motion: parseStatistics(await text(comparisonFiles.motion(who)), LumaErrorLine),
    detail: await detail(who),
    texture: await texture(who),
    tiles: await tiles(who),
  })
  const shifted = await Promise.all(
    shifts.map(async (frames) => ({
      frames,
      error: parseStatistics(await text(comparisonFiles.shifted(frames)), ErrorLine),
    })),
  )
  return {
    delivered: await one('delivered'),
    reference: await one('reference'),
    source: await tiles('source'),
    scaling: parseStatistics(await text(comparisonFiles.scaling), ErrorLine),
    sharp: await detail('sharp'),
    soft: { detail: await detail('soft'), texture: await texture('soft') },
    shifted,
  }
}
