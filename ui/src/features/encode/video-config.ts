import type { BrowserPlan } from '#protocol/api/browser.ts'

/**
 * What is asked for, in parts of the rendition's rate. Chromium's own encoder, which is made for calls, needs half again the bits
 * of the recipe's for pictures as good; the cap of a segment, its buffer full, is 1.68 of the rate, packing included. At 1.4 of
 * it film is as near to its source as the recipe's encode (0 to 1 dB); at its rate alone it is 1 to 3 dB behind.
 */
export const usualShare = 1.4

/** Main profile, level 3.1: what the small rendition is in every tree. */
const codec = 'avc1.4d001f'

type VideoTerms = {
  readonly rendition: Pick<BrowserPlan['rendition'], 'width' | 'height' | 'kbps'>
  readonly grid: Pick<BrowserPlan['grid'], 'rate'>
}

/** What the encoder is asked for; it makes pictures of another size into this one by itself, and stays in their colours. */
export function videoEncoderConfig(
  { rendition: { width, height, kbps }, grid: { rate } }: VideoTerms,
  share: number,
): VideoEncoderConfig {
  return {
    ...{
      codec,
      width,
      height,
      bitrate: Math.round(share * kbps * 1_000),
      bitrateMode: 'variable',
    },
    framerate: rate.numerator / rate.denominator,
    ...{ latencyMode: 'quality', avc: { format: 'avc' } },
  }
}
