import { z } from 'zod'

/** What is asked of ffprobe, and nothing more: titles and places of a foreign file never enter this program. */
export const probeEntries = [
  'format=format_name,duration',
  'stream=index,codec_type,codec_name,profile,level,width,height,pix_fmt,sample_aspect_ratio,field_order,' +
    'color_range,color_space,color_transfer,color_primaries,channels,channel_layout,sample_rate,' +
    'r_frame_rate,avg_frame_rate,time_base,start_pts,start_time,duration,has_b_frames',
  'stream_disposition=default,attached_pic,still_image',
  'stream_tags=rotate,ROTATE,alpha_mode,language',
  'stream_side_data=rotation,displaymatrix,dv_profile,dv_bl_signal_compatibility_id',
].join(':')

const Seconds = z.coerce.number().positive().nullable().catch(null)

/** A fraction as FFmpeg writes it, `30000/1001` or `16:15`; null where it says nothing, `0/0` or `N/A`. */
const Ratio = z
  .string()
  .transform((text) => {
    const [, numerator, denominator] = /^(\d+)[/:](\d+)$/.exec(text) ?? []
    const ratio = { numerator: Number(numerator), denominator: Number(denominator) }
    return ratio.numerator > 0 && ratio.denominator > 0 ? ratio : null
  })
  .nullable()
  .catch(null)
export type Ratio = { readonly numerator: number; readonly denominator: number }

/** What FFmpeg does not know it leaves out, or calls unknown. */
const Text = z
  .string()
  .transform((text) => (text === 'unknown' ? null : text))
  .nullable()
  .catch(null)

const Count = z.coerce.number().int().nonnegative().catch(0)

const Degrees = z.coerce.number().optional().catch(undefined)

/** Matroska writes the names of tags in capitals, others do not. */
const Tags = z
  .object({ rotate: Degrees, ROTATE: Degrees, alpha_mode: Text, language: Text })
  .transform(({ ROTATE, rotate = ROTATE ?? 0, ...tags }) => ({ rotate, ...tags }))
  .catch({ rotate: 0, alpha_mode: null, language: null })

const SideData = z.object({
  rotation: z.coerce.number().optional().catch(undefined),
  displaymatrix: z.string().optional().catch(undefined),
  dv_profile: z.coerce.number().optional().catch(undefined),
  dv_bl_signal_compatibility_id: z.coerce.number().optional().catch(undefined),
})
export type SideData = z.infer<typeof SideData>

const ProbedStream = z.object({
  index: z.int().min(0).max(255),
  codec_type: Text,
  codec_name: Text,
  profile: Text,
  level: z.int().positive().nullable().catch(null),
  width: Count,
  height: Count,
  pix_fmt: Text,
  sample_aspect_ratio: Ratio,
  field_order: Text,
  color_range: Text,
  color_space: Text,
  color_transfer: Text,
  color_primaries: Text,
  channels: Count,
  channel_layout: Text,
  sample_rate: Count,
  r_frame_rate: Ratio,
  avg_frame_rate: Ratio,
  time_base: Ratio,
  start_pts: z.int().nullable().catch(null),
  start_time: z.coerce.number().nullable().catch(null),
  duration: Seconds,
  has_b_frames: Count,
  disposition: z
    .object({
      default: z.int().catch(0),
      attached_pic: z.int().catch(0),
      still_image: z.int().catch(0),
    })
    .catch({ default: 0, attached_pic: 0, still_image: 0 }),
  tags: Tags,
  side_data_list: z.array(SideData).catch([]),
})
export type ProbedStream = z.infer<typeof ProbedStream>

/** ffprobe's answer about one file, each figure either usable or null. */
export const ProbeAnswer = z.object({
  streams: z.array(ProbedStream).catch([]),
  format: z.object({ format_name: z.string(), duration: Seconds }),
})
export type ProbeAnswer = z.infer<typeof ProbeAnswer>
