import type { FrameGrid } from '#protocol/grid.ts'
import { frameSeconds, framesInSegment, segmentCount, segmentStart } from '#protocol/grid.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { confinement } from '../encoding/containers.ts'
import { inputArguments, mostStoredPixels } from '../encoding/input-arguments.ts'
import { windowFilters } from '../encoding/part-arguments.ts'
import { renditionFilters, uprightFilters } from '../encoding/picture-filters.ts'
import type { SourceLayout } from '../encoding/source-layout.ts'

/** One segment of a rendition, as it was delivered and as it was encoded here. */
export type PictureComparison = {
  readonly layout: SourceLayout
  readonly grid: FrameGrid
  readonly rendition: Rendition
  readonly segment: number
  /** Files of the two segments, names without a folder. */
  readonly delivered: string
  readonly reference: string
  /** Seconds of the source decoded ahead of the segment; Infinity decodes it from its beginning. */
  readonly leadSeconds: number
  /** Frames by which the source is moved against the delivered pictures, each tried beside the true place. */
  readonly shifts: readonly number[]
}

/** The side of a tile in pixels: a mark of a macroblock's size darkens or lightens the whole of one. */
const tilePixels = 16

/** What remains of a picture that is made this much smaller and then large again is what any smaller rendition could show. */
const coarseShare = 0.75

/** Pictures of a rendition in tiles. */
export type TileSize = { readonly width: number; readonly height: number }

export function tileSize({ width, height }: Pick<Rendition, 'width' | 'height'>): TileSize {
  return { width: Math.ceil(width / tilePixels), height: Math.ceil(height / tilePixels) }
}

/** Who is measured; each has files of its own. */
export type Measured = 'delivered' | 'reference'

/** Pictures whose fine detail is measured: both encodes, and the source as the recipe's scaler makes it, and the softest. */
export type Detailed = Measured | 'sharp' | 'soft'

/** Whose fine detail is compared with that of the source as the recipe's scaler makes it. */
export type Textured = Exclude<Detailed, 'sharp'>

/** Names of the files that a comparison writes. */
export const comparisonFiles = {
  similarity: (who: Measured) => `${who}-ssim.txt`,
  error: (who: Measured) => `${who}-psnr.txt`,
  /** How far an encode is from the source as the softest scaler makes it. */
  softError: (who: Measured) => `${who}-soft-psnr.txt`,
  motion: (who: Measured) => `${who}-motion.txt`,
  /** How far the softest scaler alone is from the recipe's. */
  scaling: 'scaling-psnr.txt',
  detail: (who: Detailed) => `${who}-detail.txt`,
  /** How far an encode's fine detail is from the source's. */
  texture: (who: Textured) => `${who}-texture.txt`,
  tiles: (who: Measured | 'source') => `${who}-tiles.yuv`,
  shifted: (frames: number) => `shifted-by-${frames}.txt`,
} as const

/**
 * One process measures everything: it decodes the source's window through the recipe's own filters, the delivered
 * segment and the verifier's, and compares picture by picture. Frames are numbered, so a time that was rounded cannot
 * pair a picture with its neighbour.
 */
export function comparisonArguments(comparison: PictureComparison): readonly string[] {
  const { layout, grid, segment, leadSeconds, delivered, reference } = comparison
  const start = frameSeconds(grid.rate, segmentStart(grid, segment))
  const branches = comparisonBranches(comparison)
  const outputs = ['source', 'delivered', 'reference'] as const
  return [
    ...['-y', '-loglevel', 'warning', '-threads', '1'],
    ...inputArguments(layout, start - leadSeconds),
    ...segmentInput(delivered),
    ...segmentInput(reference),
    ...['-filter_threads', '1', '-filter_complex_threads', '1'],
    ...['-filter_complex', branches.join(';')],
    ...sinksOf(comparison).flatMap((sink) => ['-map', `[${sink}]`, '-f', 'null', '-']),
    ...outputs.flatMap((who) => [
      // Each picture once, whatever rate a stream says of itself.
      ...['-map', `[${who}Tiles]`, '-vsync', 'passthrough', '-f', 'rawvideo'],
      comparisonFiles.tiles(who),
    ]),
  ]
}

/** Opens a delivered segment as what it has to be, and nothing else; filters are not built anew when it changes in mid-stream. */
export function segmentInput(file: string): readonly string[] {
  const demuxer = segmentDemuxer(file)
  return [
    ...['-threads', '1', '-reinit_filter', '0', ...confinement(file, [demuxer]), '-f', demuxer],
    ...['-max_pixels', String(mostStoredPixels), '-flags', '+bitexact', '-i', file],
  ]
}

/** What a file of segments is opened as, by its name: MP4 with its initialization segment at its head, or transport streams. */
export function segmentDemuxer(file: string): 'mov' | 'mpegts' {
  return file.endsWith('.mp4') ? 'mov' : 'mpegts'
}

/** Ends of the graph whose pictures are of no further use. */
function sinksOf({ shifts }: PictureComparison): readonly string[] {
  const perFile = (['delivered', 'reference'] as const).flatMap((who) => [
    `${who}Error`,
    `${who}SoftError`,
    `${who}Motion`,
    `${who}Detail`,
  ])
  return [
    ...perFile,
    'deliveredTexture',
    'referenceTexture',
    'softTexture',
    'sharpDetail',
    'softDetail',
    'scaling',
    ...shifts.map((_, index) => `shifted${index}`),
  ]
}

function comparisonBranches(comparison: PictureComparison): readonly string[] {
  const { layout, grid, rendition, segment, shifts } = comparison
  const startFrame = segmentStart(grid, segment)
  const window = {
    startFrame,
    endFrame: startFrame + framesInSegment(grid, segment),
    isLast: segment === segmentCount(grid) - 1,
  }
  const source = [...windowFilters(layout, grid.rate, window), ...uprightFilters(layout.video)]
  const sharp = renditionFilters(layout.video, rendition)
  const soft = renditionFilters(layout.video, rendition, 'bilinear')
  const { numerator, denominator } = grid.rate
  const { width, height } = rendition
  const numbered = `scale=${width}:${height}:flags=bicubic,settb=${denominator}/${numerator},setpts=N,format=yuv420p`
  const sourcePads = [
    'S1',
    'S2',
    'S3',
    'S4',
    'S5',
    'S6',
    'sharp',
    ...shifts.map((_, index) => `shiftS${index}`),
  ]
  const shiftPads = shifts.map((_, index) => `shiftD${index}`)
  return [
    `[0:${layout.video.index}]${source.join(',')},split=2[forSharp][forSoft]`,
    `[forSharp]${sharp.join(',')},${splitInto(sourcePads)}`,
    `[forSoft]${soft.join(',')},${splitInto(['soft', 'softer', 'deliveredSoft', 'referenceSoft'])}`,
    `[softer][S6]psnr=stats_file=${comparisonFiles.scaling}[scaling]`,
    `[1:v:0]${numbered},${splitInto([...pads('delivered'), ...shiftPads])}`,
    `[2:v:0]${numbered},${splitInto(pads('reference'))}`,
    `[S5]${tiles(rendition)}[sourceTiles]`,
    `[sharp]extractplanes=y[sharpLuma]`,
    `[soft]extractplanes=y[softLuma]`,
    ...measureDetail('sharp', 'sharpLuma', rendition),
    ...measureDetail('soft', 'softLuma', rendition),
    ...compareTextures(['delivered', 'reference', 'soft']),
    ...measureOne('delivered', ['S1', 'S2'], rendition),
    ...measureOne('reference', ['S3', 'S4'], rendition),
    ...shifts.flatMap((frames, index) => [
      `[shiftS${index}]setpts=PTS+${frames}[shiftedS${index}]`,
      `[shiftD${index}][shiftedS${index}]psnr=stats_file=${comparisonFiles.shifted(frames)}[shifted${index}]`,
    ]),
  ]
}

function pads(who: Measured): readonly string[] {
  return ['Similar', 'Scaled', 'Luma', 'Tile'].map((use) => `${who}${use}`)
}

/** Likeness to the source, change from picture to picture, fine detail, and the tiles, of one encode. */
function measureOne(
  who: Measured,
  [first, second]: readonly [string, string],
  rendition: Rendition,
): readonly string[] {
  const luma = ['Now', 'Before', 'Detailed'].map((use) => `${who}${use}`)
  return [
    `[${who}Similar][${first}]ssim=stats_file=${comparisonFiles.similarity(who)}[${who}Like]`,
    `[${who}Like][${second}]psnr=stats_file=${comparisonFiles.error(who)}[${who}Error]`,
    `[${who}Scaled][${who}Soft]psnr=stats_file=${comparisonFiles.softError(who)}[${who}SoftError]`,
    `[${who}Tile]${tiles(rendition)}[${who}Tiles]`,
    `[${who}Luma]extractplanes=y,${splitInto(luma)}`,
    `[${who}Before]setpts=PTS+1[${who}Next]`,
    `[${who}Now][${who}Next]psnr=stats_file=${comparisonFiles.motion(who)}[${who}Motion]`,
    ...measureDetail(who, `${who}Detailed`, rendition),
  ]
}

/**
 * The finest detail: what a picture loses when it is made smaller and large again, twice over, so that next to nothing is
 * left of what a smaller picture shows as well. Measures how much that is, and keeps it as a picture of its own.
 */
function measureDetail(
  who: Detailed,
  luma: string,
  { width, height }: Rendition,
): readonly string[] {
  const coarse = [
    `scale=${even(width * coarseShare)}:${even(height * coarseShare)}:flags=bicubic${asIs}`,
    `scale=${width}:${height}:flags=bicubic${asIs}`,
  ].join(',')
  return [
    `[${luma}]split=2[${who}Sharp][${who}Coarse]`,
    `[${who}Coarse]${coarse}[${who}Blurred]`,
    `[${who}Sharp][${who}Blurred]blend=all_mode=grainextract,${splitInto(['Fine', 'Finer', 'Finest'].map((use) => `${who}${use}`))}`,
    `[${who}Finest]${coarse},split=2[${who}Vague][${who}Vaguer]`,
    `[${who}Fine][${who}Vague]psnr=stats_file=${comparisonFiles.detail(who)}[${who}Detail]`,
    `[${who}Finer][${who}Vaguer]blend=all_mode=grainextract[${who}Grain]`,
  ]
}

function compareTextures(textured: readonly Textured[]): readonly string[] {
  return [
    `[sharpGrain]${splitInto(textured.map((who) => `${who}Wanted`))}`,
    ...textured.map(
      (who) =>
        `[${who}Grain][${who}Wanted]psnr=stats_file=${comparisonFiles.texture(who)}[${who}Texture]`,
    ),
  ]
}

function tiles(rendition: Rendition): string {
  const { width, height } = tileSize(rendition)
  return `scale=${width}:${height}:flags=area${asIs},format=yuv444p`
}

/** Levels are compared as they are stored; a scaler left to itself stretches those that carry no tag, and only those. */
const asIs = ':in_range=tv:out_range=tv'

function splitInto(names: readonly string[]): string {
  return `split=${names.length}${names.map((name) => `[${name}]`).join('')}`
}

function even(value: number): number {
  return Math.max(2, 2 * Math.round(value / 2))
}
