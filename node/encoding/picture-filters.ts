import type { Rendition } from '#protocol/ladder.ts'
import type { VideoLayout } from './source-layout.ts'

/** Bit-exact on every processor: no fast approximation of scaling or colour. */
const exactScaling = 'flags=bicubic+accurate_rnd+full_chroma_int+bitexact'

/** Colour matrices that a source may name, by the names the scaler knows. */
const matrices: Readonly<Record<string, string>> = {
  bt709: 'bt709',
  smpte170m: 'bt601',
  bt470bg: 'bt601',
  smpte240m: 'smpte240m',
  fcc: 'fcc',
  bt2020nc: 'bt2020',
  bt2020c: 'bt2020',
}

/** Transfer functions of high dynamic range: the perceptual quantizer and hybrid log-gamma. */
const highDynamicRange: readonly string[] = ['smpte2084', 'arib-std-b67']

/** What is done to a picture once, before it is scaled to any rendition's size. */
export function sharedPictureFilters(video: VideoLayout): readonly string[] {
  return [...(video.isInterlaced ? ['yadif=deint=interlaced'] : []), ...toStandardRange(video)]
}

/** From high to standard dynamic range, in linear light; clipped highlights are rolled off rather than cut. */
function toStandardRange({ colorTransfer }: VideoLayout): readonly string[] {
  if (!isHighDynamicRange(colorTransfer)) return []
  return [
    `zscale=transferin=${colorTransfer}:primariesin=bt2020:matrixin=bt2020nc:transfer=linear:npl=100`,
    'format=gbrpf32le',
    'zscale=primaries=bt709',
    'tonemap=hable:desat=0',
    'zscale=transfer=bt709:matrix=bt709:range=limited',
    'format=yuv420p',
  ]
}

/** Brings a picture to a rendition's exact size: square pixels, 8 bits, 4:2:0, BT.709, limited range. */
export function renditionFilters(
  video: VideoLayout,
  { width, height }: Pick<Rendition, 'width' | 'height'>,
): readonly string[] {
  const colors = `in_color_matrix=${sourceMatrix(video)}:out_color_matrix=bt709:out_range=tv`
  return [`scale=${width}:${height}:${exactScaling}:${colors}`, 'setsar=1', 'format=yuv420p']
}

/** Untagged pictures are read as players read them: BT.709 in high definition, BT.601 below. */
function sourceMatrix({ colorSpace, colorTransfer, width, height }: VideoLayout): string {
  if (isHighDynamicRange(colorTransfer)) return 'bt709'
  const isHighDefinition = Math.min(width, height) >= 720
  return matrices[colorSpace ?? ''] ?? (isHighDefinition ? 'bt709' : 'bt601')
}

function isHighDynamicRange(transfer: string | null): boolean {
  return highDynamicRange.includes(transfer ?? '')
}
