import { z } from 'zod'
import { MilliHbd } from './amount.ts'
import { Cid } from './ids.ts'
import { Codec, contractRecipe, Recipe } from './recipe.ts'

/**
 * The tool chain that makes an encoder's bytes.
 * Two encoders of one determinism class make equal bytes from equal parts, so each can check the other by comparing CIDs.
 */
export const DeterminismClass = z.strictObject({
  /** CID of the standard micro-encode made at start: the class itself. */
  cid: Cid,
  ffmpeg: z.string().min(1).max(80),
  x264: z.string().min(1).max(40),
  /** What made the bytes, with its version, where that is not x264: `libx265 3.5+1-f0c1022b6`. */
  encoder: z.string().min(1).max(80).optional(),
})
export type DeterminismClass = z.infer<typeof DeterminismClass>

/** What an encoder asks for one minute of one rendition. */
export const RenditionPrice = z.strictObject({
  rendition: z.string().max(5),
  perMinute: MilliHbd,
})
export type RenditionPrice = z.infer<typeof RenditionPrice>

/** H.264 encoders in hardware, by FFmpeg's names. Their bytes depend on chip and driver and belong to no determinism class. */
export const HardwareEncoder = z.enum([
  'h264_nvenc',
  'h264_vaapi',
  'h264_qsv',
  'h264_videotoolbox',
  'h264_amf',
])
export type HardwareEncoder = z.infer<typeof HardwareEncoder>

/** The interface through which a machine encodes in hardware; `none` is a processor. */
export const HwAccel = z.enum(['nvenc', 'vaapi', 'qsv', 'videotoolbox', 'amf', 'none'])
export type HwAccel = z.infer<typeof HwAccel>

/** One codec that a machine has encoded, and how fast. H.264 is the contract; the others say what an offer could ask for. */
export const EncoderCapability = z.strictObject({
  codec: Codec,
  /** FFmpeg's name of the encoder. */
  encoder: z.string().regex(/^[a-z0-9][a-z0-9_-]{1,31}$/),
  hwAccel: HwAccel,
  /** The largest rendition that was encoded, by its short side. */
  maxResolution: z.string().regex(/^[1-9]\d{0,3}p$/),
  /** Thousandths of real time of the whole machine, for that rendition alone at 30 frames a second: 2500 is 2.5x. */
  speed: z.int().min(1).max(10_000_000),
  /** The recipe that was followed, and the class of its bytes; absent for the contract's, whose class is the profile's, and for hardware. */
  proof: z.strictObject({ recipe: Recipe, class: Cid }).optional(),
})
export type EncoderCapability = z.infer<typeof EncoderCapability>

/** What an encoder publishes about itself. */
export const EncoderProfile = z.strictObject({
  class: DeterminismClass,
  /** Parts it encodes side by side. */
  workers: z.int().min(1).max(1024),
  prices: z.array(RenditionPrice).min(1).max(16),
  /** The best hardware that has proved itself; absent where none was looked for. */
  hwAccel: HwAccel.optional(),
  /** What was measured, best first; absent where nothing was. */
  capabilities: z.array(EncoderCapability).max(12).optional(),
})
export type EncoderProfile = z.infer<typeof EncoderProfile>

/** What an arbiter asks for standing by; hived pays the fee when both sides have approved, whatever comes after. */
export const ArbiterTerms = z.strictObject({
  fee: MilliHbd,
})
export type ArbiterTerms = z.infer<typeof ArbiterTerms>

/** The class of an encoder's bytes by a recipe, as it has published it; null for a recipe that it has not proven. */
export function classOf(
  { class: contract, capabilities = [] }: Pick<EncoderProfile, 'class' | 'capabilities'>,
  recipe: Recipe,
): Cid | null {
  if (recipe === contractRecipe) return contract.cid
  return capabilities.find(({ proof }) => proof?.recipe === recipe)?.proof?.class ?? null
}
