import type { ProbedStream } from './probe-answer.ts'

/** Kinds of high dynamic range: the perceptual quantizer and hybrid log-gamma, with or without Dolby Vision's hints. */
type HdrKind = 'none' | 'hdr10' | 'hlg' | 'dolby-vision-5' | 'dolby-vision-8'

/** Colours that no matrix alone brings to BT.709: each has a table of its own, see {@link colorTable}. */
export type WideColor = 'pq' | 'hlg' | 'bt2020' | 'p3'

/** How the numbers of a source's pictures are to be read; every question that its header leaves open is answered. */
export type SourceColor = {
  /** By the scaler's names; of no meaning for RGB. */
  readonly matrix: string
  readonly isFullRange: boolean
  readonly hdr: HdrKind
  /** Null for the colours of ordinary television and screens. */
  readonly wide: WideColor | null
  readonly primaries: string | null
  readonly transfer: string | null
}

const matrices: Readonly<Record<string, string>> = {
  bt709: 'bt709',
  smpte170m: 'bt601',
  bt470bg: 'bt601',
  smpte240m: 'smpte240m',
  fcc: 'fcc',
  bt2020nc: 'bt2020',
  bt2020c: 'bt2020',
}

/** Reads a stream's colours as players do: what is not tagged is BT.601 in standard definition, and BT.709 above. */
export function sourceColor(stream: ProbedStream): SourceColor {
  const { color_space, color_range, color_primaries, color_transfer, pix_fmt } = stream
  const hdr = hdrKind(stream)
  const [short = 0, long = 0] = [stream.width, stream.height].toSorted((a, b) => a - b)
  const untagged = long >= 1280 || short > 576 ? 'bt709' : 'bt601'
  return {
    matrix: matrices[color_space ?? ''] ?? (hdr === 'none' ? untagged : 'bt2020'),
    isFullRange: color_range === 'pc' || (pix_fmt ?? '').startsWith('yuvj'),
    hdr,
    wide: wideColor(stream),
    primaries: color_primaries,
    transfer: color_transfer,
  }
}

function hdrKind({ color_transfer, side_data_list }: ProbedStream): HdrKind {
  const dolby = side_data_list.find(({ dv_profile }) => dv_profile !== undefined)
  if (dolby?.dv_bl_signal_compatibility_id === 0) return 'dolby-vision-5'
  if (dolby?.dv_profile === 5) return 'dolby-vision-5'
  if (color_transfer === 'smpte2084') return dolby ? 'dolby-vision-8' : 'hdr10'
  if (color_transfer === 'arib-std-b67') return dolby ? 'dolby-vision-8' : 'hlg'
  return 'none'
}

function wideColor({ color_transfer, color_primaries }: ProbedStream): WideColor | null {
  if (color_transfer === 'smpte2084') return 'pq'
  if (color_transfer === 'arib-std-b67') return 'hlg'
  if (color_primaries === 'bt2020') return 'bt2020'
  return color_primaries === 'smpte432' ? 'p3' : null
}
