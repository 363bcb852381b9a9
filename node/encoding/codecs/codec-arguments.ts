import type { Rendition } from '#protocol/ladder.ts'
import type { Recipe } from '#protocol/recipe.ts'

/** What a recipe's encoder is told besides the pictures. */
export type CodecTerms = {
  readonly rendition: Pick<Rendition, 'kbps' | 'profile' | 'level'>
  readonly segmentFrames: number
  /** The value of `-force_key_frames` where segments have lengths of their own; null where all have the same. */
  readonly keyFrames: string | null
  /** Instruction sets the encoder may use, as `asm=` names them; null leaves it to the encoder, and makes another class. */
  readonly instructions: string | null
  /** How many times the result was above the rendition's rate. The first {@link qualitySteps} each lower the quality. */
  readonly step: number
}

/**
 * Steps by which quality is lowered until a segment keeps its rate; from there on its pictures are made softer. libx264 has gone
 * as low as it can by itself where it does not keep its cap; the others are held by theirs less firmly, or hardly.
 */
export const qualitySteps: Readonly<Record<Recipe, number>> = {
  'h264-ts-4': 0,
  'h265-fmp4-3': 1,
  'vp9-fmp4-3': 3,
  'av1-fmp4-3': 3,
}

/**
 * One recipe's encoder: constant quality under the rendition's cap, closed groups of exactly one segment whatever the scene
 * does, one thread. Qualities are about as crf 23 of libx264 looks, in each encoder's own scale. Changing a word of it is
 * another recipe.
 */
export function codecArguments(recipe: Recipe, asked: CodecTerms): readonly string[] {
  const terms = { ...asked, step: Math.min(asked.step, qualitySteps[recipe]) }
  switch (recipe) {
    case 'h264-ts-4':
      return x264Arguments(terms)
    case 'h265-fmp4-3':
      return x265Arguments(terms)
    case 'vp9-fmp4-3':
      return vp9Arguments(terms)
    case 'av1-fmp4-3':
      return av1Arguments(terms)
  }
}

/**
 * What the preset can do without: references of a block's own parts (`mixed-refs`), a third reference, and B-blocks smaller than 16x16. Film
 * gets the same bytes and the same SSIM without them, for a fifth less work (test/perf/RESULTS.md).
 */
const lighter = ['mixed-refs=0', 'ref=2', 'partitions=p8x8,i8x8,i4x4'] as const

function x264Arguments({ rendition, segmentFrames, keyFrames, instructions }: CodecTerms) {
  const { profile, level } = rendition
  const group = String(segmentFrames)
  const colors = ['colorprim=bt709', 'transfer=bt709', 'colormatrix=bt709']
  const cap = instructions === null ? [] : [`asm=${instructions}`]
  return [
    ...['-c:v', 'libx264', '-threads', '1', '-preset', 'medium', '-crf', '23'],
    ...rateCap(rendition),
    ...['-profile:v', profile, '-level:v', level],
    ...['-g', group, '-keyint_min', group, '-sc_threshold', '0'],
    ...(keyFrames === null ? [] : ['-forced-idr', '1', '-force_key_frames', keyFrames]),
    ...['-x264-params', ['open-gop=0', ...lighter, ...colors, ...cap].join(':')],
  ]
}

/** x265's own threads, wavefronts and sliced look-ahead are all off: with them, bytes depend on how many there are. */
function x265Arguments({ rendition, segmentFrames, instructions, step }: CodecTerms) {
  const cap = instructions === null ? [] : [`asm=${instructions}`]
  const parameters = [
    ...['pools=none', 'frame-threads=1', 'wpp=0', 'lookahead-slices=0', ...cap],
    ...['open-gop=0', 'scenecut=0', `keyint=${segmentFrames}`, `min-keyint=${segmentFrames}`],
    ...[`level-idc=${rendition.level}`, 'high-tier=0', 'info=0', 'log-level=warning'],
    ...['colorprim=bt709', 'transfer=bt709', 'colormatrix=bt709'],
  ]
  return [
    ...['-c:v', 'libx265', '-tag:v', 'hvc1', '-threads', '1', '-preset', 'medium'],
    ...['-crf', String(26 + 4 * step), ...rateCap(rendition)],
    ...['-profile:v', rendition.profile, '-x265-params', parameters.join(':')],
  ]
}

function vp9Arguments({ rendition, segmentFrames, step }: CodecTerms) {
  const group = String(segmentFrames)
  return [
    ...['-c:v', 'libvpx-vp9', '-threads', '1', '-row-mt', '0', '-tile-columns', '0'],
    ...['-deadline', 'good', '-cpu-used', '4', '-lag-in-frames', '25', '-auto-alt-ref', '1'],
    ...['-crf', String(33 + 10 * step), '-b:v', `${rendition.kbps}k`],
    ...rateCap(rendition),
    ...['-profile:v', '0', '-g', group, '-keyint_min', group, ...taggedColors],
  ]
}

function av1Arguments({ rendition, segmentFrames, step }: CodecTerms) {
  return [
    ...['-c:v', 'libsvtav1', '-preset', '8', '-crf', String(35 + 8 * step)],
    ...rateCap(rendition),
    ...['-g', String(segmentFrames), '-svtav1-params', 'lp=1:scd=0', ...taggedColors],
  ]
}

function rateCap({ kbps }: Pick<Rendition, 'kbps'>): readonly string[] {
  return ['-maxrate', `${kbps}k`, '-bufsize', `${2 * kbps}k`]
}

/** For encoders that take colours from their input's tags alone. */
const taggedColors = [
  ...['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709'],
  ...['-color_range', 'tv'],
] as const
