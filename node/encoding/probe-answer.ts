import { z } from 'zod'

/** What is asked of ffprobe, and nothing more: tags and titles of a foreign file never enter this program. */
export const probeEntries = [
  'format=format_name,duration',
  'stream=index,codec_type,codec_name,width,height,channels,sample_aspect_ratio,field_order,color_space,color_transfer,' +
    'r_frame_rate,avg_frame_rate,time_base,start_pts,duration,has_b_frames',
  'stream_disposition=default,attached_pic,still_image',
  'stream_tags=rotate',
  'stream_side_data=rotation',
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

const Text = z.string().nullable().catch(null)

const ProbedStream = z.object({
  index: z.int().min(0).max(255),
  codec_type: Text,
  codec_name: Text,
  width: z.int().nonnegative().catch(0),
  height: z.int().nonnegative().catch(0),
  channels: z.int().nonnegative().catch(0),
  sample_aspect_ratio: Ratio,
  field_order: Text,
  color_space: Text,
  color_transfer: Text,
  r_frame_rate: Ratio,
  avg_frame_rate: Ratio,
  time_base: Ratio,
  start_pts: z.int().nullable().catch(null),
  duration: Seconds,
  has_b_frames: z.int().nonnegative().catch(0),
  disposition: z
    .object({
      default: z.int().catch(0),
      attached_pic: z.int().catch(0),
      still_image: z.int().catch(0),
    })
    .catch({ default: 0, attached_pic: 0, still_image: 0 }),
  tags: z.object({ rotate: z.coerce.number().catch(0) }).catch({ rotate: 0 }),
  side_data_list: z.array(z.object({ rotation: z.coerce.number().optional() })).catch([]),
})
export type ProbedStream = z.infer<typeof ProbedStream>

/** ffprobe's answer about one file, each figure either usable or null. */
export const ProbeAnswer = z.object({
  streams: z.array(ProbedStream).catch([]),
  format: z.object({ format_name: z.string(), duration: Seconds }),
})
export type ProbeAnswer = z.infer<typeof ProbeAnswer>
