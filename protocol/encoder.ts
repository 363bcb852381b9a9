import { z } from 'zod'
import { MilliHbd } from './amount.ts'
import { Cid } from './ids.ts'

/**
 * The tool chain that makes an encoder's bytes.
 * Two encoders of one determinism class make equal bytes from equal parts, so each can check the other by comparing CIDs.
 */
export const DeterminismClass = z.strictObject({
  /** CID of the standard micro-encode made at start: the class itself. */
  cid: Cid,
  ffmpeg: z.string().min(1).max(80),
  x264: z.string().min(1).max(40),
})
export type DeterminismClass = z.infer<typeof DeterminismClass>

/** What an encoder asks for one minute of one rendition. */
export const RenditionPrice = z.strictObject({
  rendition: z.string().max(5),
  perMinute: MilliHbd,
})
export type RenditionPrice = z.infer<typeof RenditionPrice>

/** What an encoder publishes about itself. */
export const EncoderProfile = z.strictObject({
  class: DeterminismClass,
  /** Parts it encodes side by side. */
  workers: z.int().min(1).max(1024),
  prices: z.array(RenditionPrice).min(1).max(16),
})
export type EncoderProfile = z.infer<typeof EncoderProfile>

/** What an arbiter asks for standing by; hived pays the fee when both sides have approved, whatever comes after. */
export const ArbiterTerms = z.strictObject({
  fee: MilliHbd,
})
export type ArbiterTerms = z.infer<typeof ArbiterTerms>
