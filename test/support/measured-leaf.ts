import { copyFile, mkdtemp, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { createLayoutReader } from '#node/encoding/layout-reader.ts'
import type { SourceLayout } from '#node/encoding/source-layout.ts'
import { strictColours } from '#node/verification/colour-tolerance.ts'
import type { Footing } from '#node/verification/footing.ts'
import { capBytes } from '#node/verification/footing.ts'
import { footingOfLeaf, judgePicture, namedPictureFigures } from '#node/verification/judgement.ts'
import type { Measured } from '#node/verification/picture-arguments.ts'
import { comparisonFiles } from '#node/verification/picture-arguments.ts'
import { pictureBytes } from '#node/verification/picture-bytes.ts'
import type { PictureFigures } from '#node/verification/picture-figures.ts'
import { measurePictures } from '#node/verification/picture-measures.ts'
import { ErrorLine, parseStatistics } from '#node/verification/statistics-file.ts'
import type { Fault, FaultFigure } from '#protocol/attestation.ts'
import { frameSeconds, framesInSegment } from '#protocol/grid.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { untroubled as signal } from './ffmpeg.ts'
import type { Variant } from './variants.ts'
import { makeVariant } from './variants.ts'

/** What leaves are made and measured with: this machine's FFmpeg, and that of another class. */
export type LeafBench = {
  readonly tools: FfmpegTools
  readonly shipped: FfmpegTools
  readonly engine: EncodingEngine
  readonly folder: string
}

/** A segment of a rendition with the verifier's own encode of it, beside which many are measured. */
export type OpenLeaf = {
  readonly request: EncodeRequest
  readonly rendition: Rendition
  readonly segment: number
  readonly layout: SourceLayout
  /** File of the verifier's own encode. */
  readonly own: string
}

export type MeasuredLeaf = {
  readonly footing: Footing
  readonly figures: Readonly<Partial<Record<FaultFigure, number>>>
  readonly faults: readonly Fault[]
  /** Squared levels of error, in its worst picture and plane, above the error of the verifier's own encode. */
  readonly addedError: number
}

/** Encodes a segment as its verifier does; the request's parts are to be of one segment. */
export async function openLeaf(
  { tools, engine, folder }: LeafBench,
  { request, rendition, segment }: Pick<OpenLeaf, 'request' | 'rendition' | 'segment'>,
): Promise<OpenLeaf> {
  const directory = await mkdtemp(path.join(folder, 'reference-'))
  const cell = { part: segment, renditions: [rendition] }
  const [encoded] = await engine.encodeCell(request, cell, { directory, signal })
  if (!encoded) throw new RangeError('parts are to be of one segment')
  const layout = await createLayoutReader(tools)(
    { source: request.source, videoStream: request.terms.source.videoStream },
    signal,
  )
  return { request, rendition, segment, layout, own: encoded.path }
}

/** Makes a segment in a variant's way, and finds what a verifier of another class finds in it. */
export async function measureVariant(
  bench: LeafBench,
  leaf: OpenLeaf,
  variant: Variant,
): Promise<MeasuredLeaf> {
  const file = path.join(await mkdtemp(path.join(bench.folder, 'made-')), 'made.ts')
  const maker = variant.isShipped ? bench.shipped : bench.tools
  await makeVariant(maker, { ...leaf, variant, file })
  return await measureFile(bench, leaf, file)
}

/**
 * Finds what a verifier of another class finds in a segment's file. One measuring stands for both of the verifier's looks:
 * whether the pictures fit better elsewhere counts only where something else was wrong.
 */
export async function measureFile(
  { tools, folder }: LeafBench,
  { request, rendition, segment, layout, own }: OpenLeaf,
  file: string,
): Promise<MeasuredLeaf> {
  const directory = await mkdtemp(path.join(folder, 'leaf-'))
  const [delivered, reference] = ['delivered.ts', 'reference.ts'] as const
  await copyFile(file, path.join(directory, delivered))
  await copyFile(own, path.join(directory, reference))
  const { grid } = request.terms
  const { leadSeconds } = grid
  const close = await measurePictures(
    tools,
    { layout, grid, rendition, segment, delivered, reference, leadSeconds, shifts: [-1, 1] },
    { directory, colours: strictColours, signal },
  )
  if (!close) throw new Error(`segment ${segment} does not decode`)
  const { size: ownBytes } = await stat(own)
  const taken = async (name: string) => pictureBytes(request.terms.recipe, await readFile(name))
  const bytes = {
    delivered: (ownBytes * (await taken(file))) / (await taken(own)),
    reference: ownBytes,
    cap: capBytes(rendition.kbps, frameSeconds(grid.rate, framesInSegment(grid, segment))),
  }
  const addedError = await worstAddedError(directory)
  const judged = (figures: PictureFigures): MeasuredLeaf => ({
    addedError,
    footing: footingOfLeaf(figures, bytes),
    figures: namedPictureFigures(figures, bytes),
    faults: judgePicture(figures, bytes, { rendition: rendition.name, segment }),
  })
  const quick = judged({ ...close, shiftGain: 0 })
  return quick.faults.length === 0 ? quick : judged(close)
}

async function worstAddedError(directory: string): Promise<number> {
  const read = async (who: Measured) =>
    parseStatistics(
      await readFile(path.join(directory, comparisonFiles.error(who)), 'utf8'),
      ErrorLine,
    )
  const own = await read('reference')
  const added = (await read('delivered')).flatMap((line, index) => {
    const { mse_y = 0, mse_u = 0, mse_v = 0 } = own[index] ?? {}
    return [line.mse_y - mse_y, line.mse_u - mse_u, line.mse_v - mse_v]
  })
  return Math.max(...added)
}
