import { z } from 'zod'

/** The presets every offer's ladder is made from; width and height are for a 16:9 landscape source. */
export const presets = [
  { name: '1080p', width: 1920, height: 1080, kbps: 4500, profile: 'high', level: '4.1' },
  { name: '720p', width: 1280, height: 720, kbps: 2500, profile: 'high', level: '4.0' },
  { name: '480p', width: 854, height: 480, kbps: 1000, profile: 'main', level: '3.1' },
] as const

/** One AAC-LC rendition is shared by all video renditions of a tree. */
export const audioPreset = { kbps: 128, channels: 2, sampleRate: 48_000 } as const

/** Samples in one AAC-LC frame. */
export const aacFrameSamples = 1024

const EvenPixels = z.int().min(2).max(8192).multipleOf(2)

export const RenditionName = z
  .string()
  .regex(/^[1-9]\d{0,3}p$/, 'a rendition is named after its short side, like 720p')

/** One rung of a ladder: exact size in square pixels, and the cap on its rate in kilobits a second. */
export const Rendition = z.strictObject({
  name: RenditionName,
  width: EvenPixels,
  height: EvenPixels,
  kbps: z.int().min(50).max(100_000),
  profile: z.enum(['main', 'high']),
  /** In the terms of the recipe's codec: each counts its levels in its own way. */
  level: z.enum([
    ...['1.0', '1.1', '2.0', '2.1', '3.0', '3.1'],
    ...['4.0', '4.1', '4.2', '5.0', '5.1', '5.2'],
  ] as const),
})
export type Rendition = z.infer<typeof Rendition>

/** Renditions in falling order of size, each name once. */
export const Ladder = z
  .array(Rendition)
  .min(1)
  .max(8)
  .refine(
    (renditions) =>
      new Set(renditions.map((rendition) => rendition.name)).size === renditions.length,
    'a rendition stands once in a ladder',
  )
  .refine(
    (renditions) =>
      renditions.every((rendition, index) => isSmaller(rendition, renditions[index - 1])),
    'renditions stand in falling order of size',
  )
export type Ladder = z.infer<typeof Ladder>

function isSmaller(rendition: Rendition, previous: Rendition | undefined): boolean {
  return !previous || rendition.width * rendition.height < previous.width * previous.height
}
