import type { EncoderProfile, HwAccel } from '#protocol/encoder.ts'
import type { Codec } from '#protocol/recipe.ts'
import { mostCounted } from './job-figures.ts'

/** What an encoder is searched for by. */
export type EncoderFigures = {
  readonly codecs: readonly Codec[]
  readonly hwAccel: HwAccel
  /** Thousandths of real time that it has measured of H.264; 0 where it has not. */
  readonly speed: number
  /** Milli-HBD for one minute of all renditions that it has a price for. */
  readonly pricePerMinute: bigint
}

/** Whoever encodes makes the contract's H.264, whether or not it has measured anything. */
export function encoderFigures({
  prices,
  hwAccel = 'none',
  capabilities = [],
}: EncoderProfile): EncoderFigures {
  const speeds = capabilities.filter(({ codec }) => codec === 'h264').map(({ speed }) => speed)
  const ladder = prices.reduce((sum, { perMinute }) => sum + perMinute, 0n)
  return {
    codecs: [...new Set<Codec>(['h264', ...capabilities.map(({ codec }) => codec)])],
    hwAccel,
    speed: Math.max(0, ...speeds),
    pricePerMinute: ladder < mostCounted ? ladder : mostCounted,
  }
}
