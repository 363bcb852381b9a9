import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { inputArguments } from '#node/encoding/input-arguments.ts'
import { windowFilters } from '#node/encoding/part-arguments.ts'
import type { ScalingKernel } from '#node/encoding/picture-filters.ts'
import { renditionFilters, uprightFilters } from '#node/encoding/picture-filters.ts'
import type { SourceLayout } from '#node/encoding/source-layout.ts'
import { readLayout } from '#node/encoding/source-layout.ts'
import type { FrameGrid } from '#protocol/grid.ts'
import { frameSeconds, framesInSegment, segmentCount, segmentStart } from '#protocol/grid.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { ffmpeg, untroubled } from './ffmpeg.ts'

/** One way of making a rendition's segments, honest or not, in FFmpeg's own words. */
export type Variant = {
  readonly name: string
  readonly isHonest: boolean
  /** Filters on pictures of the source's size, and of the rendition's; `{w}` and `{h}` are the rendition's, `{g}` and `{r}` the frames of a segment and of a second. */
  readonly before?: string
  readonly after?: string
  readonly scaler?: ScalingKernel
  /** How many segments earlier in the source its pictures are. */
  readonly earlier?: number
  /** What replaces `-preset medium -crf 23` with the rendition's cap. */
  readonly encoder?: (rendition: Rendition) => string
  /** Made by the old build that npm ships. */
  readonly isShipped?: boolean
}

const capped = ({ kbps }: Rendition): string => `-maxrate ${kbps}k -bufsize ${2 * kbps}k`
const preset =
  (options: string) =>
  (rendition: Rendition): string =>
    `${options} ${capped(rendition)}`
const usual = preset('-preset medium -crf 23')

const hardwareLike = ({ kbps }: Rendition): string =>
  `-preset fast -b:v ${kbps}k -maxrate ${kbps}k -bufsize ${2 * kbps}k -bf 0 -refs 1 -x264-params mbtree=0:aq-mode=0:trellis=0:subme=4`

/** What encoders of other classes really do: none of these may ever be accused. */
export const honestVariants: readonly Variant[] = [
  { name: 'medium', isHonest: true },
  { name: 'veryfast', isHonest: true, encoder: preset('-preset veryfast -crf 23') },
  { name: 'slower', isHonest: true, encoder: preset('-preset slower -crf 23') },
  { name: 'bilinear scaler', isHonest: true, scaler: 'bilinear' },
  { name: 'lanczos scaler', isHonest: true, scaler: 'lanczos' },
  {
    name: 'mean rate of the cap',
    isHonest: true,
    encoder: ({ kbps }) => `-preset medium -b:v ${kbps}k -maxrate ${kbps}k -bufsize ${2 * kbps}k`,
  },
  { name: 'x264 of 2018', isHonest: true, isShipped: true },
  {
    name: 'hardware-like, constant quality',
    isHonest: true,
    encoder: preset(
      '-preset fast -crf 23 -bf 0 -refs 1 -x264-params mbtree=0:aq-mode=0:trellis=0:subme=4:rc-lookahead=0',
    ),
  },
  { name: 'hardware-like, mean rate', isHonest: true, encoder: hardwareLike },
  {
    name: 'hardware-like, mean rate, bilinear scaler',
    isHonest: true,
    scaler: 'bilinear',
    encoder: hardwareLike,
  },
  { name: 'faster', isHonest: true, encoder: preset('-preset faster -crf 23') },
  {
    name: 'hardware-like, B frames',
    isHonest: true,
    encoder: preset(
      '-preset veryfast -crf 22 -bf 2 -refs 1 -x264-params mbtree=0:aq-mode=1:trellis=0:rc-lookahead=8:b-adapt=0:weightp=0',
    ),
  },
  {
    name: 'x264 of 2018, veryfast',
    isHonest: true,
    isShipped: true,
    encoder: preset('-preset veryfast -crf 23'),
  },
  { name: 'two threads', isHonest: true, encoder: (rendition) => `${usual(rendition)} -threads 2` },
]

/** What a cheat would sell as the same rendition. */
export const pictureCheats: readonly Variant[] = [
  { name: 'black', isHonest: false, after: 'lutyuv=y=16:u=128:v=128' },
  {
    name: 'frozen for a quarter',
    isHonest: false,
    after: "select='not(between(n,6,6+{g}/4))',fps={r}",
  },
  { name: 'the segment before once more', isHonest: false, earlier: 1 },
  { name: 'mirrored', isHonest: false, after: 'hflip' },
  { name: 'one frame late', isHonest: false, before: 'tpad=start=1:start_mode=clone' },
  { name: 'greyscale', isHonest: false, after: 'hue=s=0' },
  { name: 'brighter', isHonest: false, after: 'lutyuv=y=val+6' },
  { name: 'cropped by four percent', isHonest: false, before: 'crop=iw*0.96:ih*0.96' },
  {
    name: 'enlarged by two and a quarter',
    isHonest: false,
    after: 'scale=trunc({w}/4.5)*2:trunc({h}/4.5)*2,scale={w}:{h}',
  },
  {
    name: 'enlarged from half the height',
    isHonest: false,
    after: 'scale={w}/2:{h}/2,scale={w}:{h}',
  },
  {
    name: 'enlarged from three quarters',
    isHonest: false,
    after: 'scale=trunc({w}*3/8)*2:trunc({h}*3/8)*2,scale={w}:{h}',
  },
  { name: 'starved: crf 40', isHonest: false, encoder: preset('-preset ultrafast -crf 40') },
  { name: 'starved: crf 35', isHonest: false, encoder: preset('-preset ultrafast -crf 35') },
  {
    name: 'starved: a quarter of the rate',
    isHonest: false,
    encoder: ({ kbps }) =>
      `-preset medium -b:v ${Math.round(kbps / 4)}k -maxrate ${Math.round(kbps / 4)}k -bufsize ${Math.round(kbps / 2)}k`,
  },
  { name: 'every eighth frame dropped', isHonest: false, after: 'shuffleframes=0 1 2 3 4 5 6 6' },
  { name: 'half the frame rate', isHonest: false, after: 'shuffleframes=0 0' },
  {
    name: 'small opaque mark',
    isHonest: false,
    after: 'drawbox=x=24:y=24:w=40:h=16:color=white:t=fill',
  },
  {
    name: 'small faint mark',
    isHonest: false,
    after: 'drawbox=x=24:y=24:w=40:h=16:color=white@0.25:t=fill',
  },
  {
    name: 'half a second of red',
    isHonest: false,
    after: "drawbox=color=red:t=fill:enable='between(n,6,6+{r}/2)'",
  },
  { name: 'blurred', isHonest: false, after: 'gblur=sigma=1.2' },
]

export type VariantWork = {
  readonly request: EncodeRequest
  readonly rendition: Rendition
  readonly segment: number
  readonly variant: Variant
  /** The segment's file. */
  readonly file: string
}

/** Makes one segment of a rendition in a variant's way. */
export async function makeVariant(
  tools: FfmpegTools,
  { request, rendition, segment: place, variant, file }: VariantWork,
): Promise<void> {
  const { grid, source } = request.terms
  const { encoder = usual, earlier = 0 } = variant
  const segment = place - earlier
  const { videoStream } = source
  const layout = await readLayout(tools.ffprobe, request.source, {
    videoStream,
    signal: untroubled,
  })
  const frames = framesInSegment(grid, segment)
  const from = frameSeconds(grid.rate, segmentStart(grid, segment)) - grid.leadSeconds
  const filters = filtersOf(layout, { variant, rendition, grid, segment })
  await ffmpeg(
    tools,
    ...['-threads', '1', ...inputArguments(layout, from)],
    ...['-filter_complex', `[0:${videoStream}]${filters}[out]`, '-map', '[out]'],
    ...['-frames:v', String(frames), '-c:v', 'libx264', '-threads', '1'],
    ...encoder(rendition).split(' '),
    ...['-profile:v', rendition.profile, '-level:v', rendition.level],
    ...['-g', String(frames), '-keyint_min', String(frames), '-sc_threshold', '0'],
    ...['-f', 'mpegts', file],
  )
}

type VariantFilters = Pick<VariantWork, 'variant' | 'rendition' | 'segment'> & {
  readonly grid: FrameGrid
}

/** The recipe's own filters, with what the variant does before, after, or in place of its scaler. */
function filtersOf(
  layout: SourceLayout,
  { variant, rendition, segment, grid }: VariantFilters,
): string {
  const { before, after, scaler = 'bicubic' } = variant
  const { numerator, denominator } = grid.rate
  const words: Readonly<Record<string, string>> = {
    '{w}': String(rendition.width),
    '{h}': String(rendition.height),
    '{g}': String(grid.segmentFrames),
    '{r}': `${numerator}/${denominator}`,
  }
  const told = (filter: string): string =>
    filter.replaceAll(/\{[whgr]\}/g, (word) => words[word] ?? word)
  const startFrame = segmentStart(grid, segment)
  const endFrame = startFrame + framesInSegment(grid, segment)
  const isLast = segment === segmentCount(grid) - 1
  return [
    ...windowFilters(layout, grid.rate, { startFrame, endFrame, isLast }),
    ...uprightFilters(layout.video),
    ...(before === undefined ? [] : [told(before)]),
    ...renditionFilters(layout.video, rendition, scaler),
    ...(after === undefined ? [] : [told(after), 'setsar=1', 'format=yuv420p']),
  ].join(',')
}
