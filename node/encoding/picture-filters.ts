import type { Rendition } from '#protocol/ladder.ts'
import type { WideColor } from './source-color.ts'
import type { FieldOrder, VideoLayout } from './video-layout.ts'

/** Bit-exact on every processor: no fast approximation of scaling or colour. */
const exactly = 'accurate_rnd+full_chroma_int+bitexact'
const exactScaling = `flags=bicubic+${exactly}`

/** How pictures are made smaller: bicubic by the recipe; what others use is for comparing with them. */
export type ScalingKernel = 'bicubic' | 'bilinear' | 'lanczos'

/** Codecs whose pictures may change their size in mid-stream, as in calls and broadcasts. */
const resizingCodecs: readonly string[] = [
  ...['h264', 'hevc', 'vvc', 'vp8', 'vp9', 'av1'],
  ...['mpeg1video', 'mpeg2video', 'mpeg4', 'vc1', 'h263', 'flv1'],
]

const deinterlacing: Readonly<Record<FieldOrder, readonly string[]>> = {
  progressive: [],
  flagged: ['bwdif=mode=send_frame:parity=auto:deint=interlaced'],
  top: ['bwdif=mode=send_frame:parity=tff:deint=all'],
  bottom: ['bwdif=mode=send_frame:parity=bff:deint=all'],
}

/** The name of a colour table's file, in the directory in which FFmpeg runs. */
export function colorTableFile(wide: WideColor): string {
  return `${wide}.cube`
}

/** What needs a picture's neighbours, or makes all of one size, and so comes before pictures are placed in time. */
export function steadyFilters(video: VideoLayout): readonly string[] {
  return [...steadySize(video), ...deinterlacing[video.fields]]
}

/** What is done once to each picture of the output, before it is brought to any rendition's size. */
export function uprightFilters(video: VideoLayout): readonly string[] {
  return [...flattened(video), ...video.orientation.filters]
}

/** Brings a picture to a rendition's exact size: square pixels, 8 bits, 4:2:0, BT.709, limited range. */
export function renditionFilters(
  { color }: VideoLayout,
  { width, height }: Pick<Rendition, 'width' | 'height'>,
  kernel: ScalingKernel = 'bicubic',
): readonly string[] {
  const range = color.isFullRange ? ':in_range=pc' : ''
  const reading = `scale=${width}:${height}:flags=${kernel}+${exactly}:in_color_matrix=${color.matrix}${range}`
  const writing = 'out_color_matrix=bt709:out_range=tv'
  const end = ['setsar=1', 'format=yuv420p']
  if (color.wide === null) return [`${reading}:${writing}`, ...end]
  const table = `lut3d=file=${colorTableFile(color.wide)}:interp=tetrahedral`
  return [reading, 'format=gbrp10', table, `scale=${exactScaling}:${writing}`, ...end]
}

/**
 * Pictures of another size than the header's are fitted into it, between bars. FFmpeg would build its filters anew
 * instead, and each would start counting from the beginning; see the input's `-reinit_filter`.
 */
function steadySize({ codec, stored: { width, height } }: VideoLayout): readonly string[] {
  if (!resizingCodecs.includes(codec)) return []
  return [
    `scale=${width}:${height}:${exactScaling}:force_original_aspect_ratio=decrease`,
    `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2:eval=frame`,
  ]
}

/** Transparency shows black. */
function flattened({ hasAlpha, pixelFormat, bitDepth }: VideoLayout): readonly string[] {
  if (!hasAlpha) return []
  const isRgb = /^(rgb|bgr|argb|abgr|gbr|pal8)/.test(pixelFormat ?? '')
  const format = `${isRgb ? 'gbrap' : 'yuva444p'}${bitDepth > 8 ? '10' : ''}`
  return [`scale=${exactScaling}`, `format=${format}`, 'premultiply=inplace=1']
}
