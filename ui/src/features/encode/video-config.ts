import type { BrowserPlan } from '#protocol/api/browser.ts'

/** Main profile, level 3.1: what the small rendition is in every tree. */
const codec = 'avc1.4d001f'

type VideoTerms = {
  readonly rendition: Pick<BrowserPlan['rendition'], 'width' | 'height' | 'kbps'>
  readonly grid: Pick<BrowserPlan['grid'], 'rate'>
}

/** What the encoder is asked for; it makes pictures of another size into this one by itself, and stays in their colours. */
export function videoEncoderConfig({
  rendition: { width, height, kbps },
  grid: { rate },
}: VideoTerms): VideoEncoderConfig {
  return {
    ...{ codec, width, height, bitrate: kbps * 1_000, bitrateMode: 'variable' },
    framerate: rate.numerator / rate.denominator,
    ...{ latencyMode: 'quality', avc: { format: 'avc' } },
  }
}
