import { usualShare, videoEncoderConfig } from './video-config.ts'

/** What a browser needs to encode a video, and whether this one has it. */
export type Need = {
  readonly name: string
  readonly isMet: boolean
  /** What a person can do about it, or that all is well. */
  readonly advice: string
}

/** Looks at everything that encoding needs, before a job is taken on. */
export async function checkSupport(): Promise<readonly Need[]> {
  const hasCodecs = 'VideoEncoder' in globalThis && 'VideoDecoder' in globalThis
  const canEncode = hasCodecs && (await encodesH264())
  return [
    {
      name: 'A secure page',
      isMet: globalThis.isSecureContext,
      advice: globalThis.isSecureContext
        ? 'This page came over https, or from this machine.'
        : 'Browsers encode only in pages from https or from this machine. Open this page by its https address.',
    },
    {
      name: 'WebCodecs',
      isMet: hasCodecs,
      advice: hasCodecs
        ? 'This browser decodes and encodes video.'
        : 'This browser has no video encoder for pages. A current Chrome, Edge, Opera or Safari has.',
    },
    {
      name: 'H.264, Main profile',
      isMet: canEncode,
      advice: canEncode
        ? 'Its encoder makes what every player knows.'
        : 'Its video encoder does not make H.264, which every player knows. Another browser may.',
    },
  ]
}

async function encodesH264(): Promise<boolean> {
  const rendition = { width: 854, height: 480, kbps: 1_000 }
  const rate = { numerator: 30, denominator: 1 }
  const config = videoEncoderConfig({ rendition, grid: { rate } }, usualShare)
  return await VideoEncoder.isConfigSupported(config).then(
    ({ supported }) => supported === true,
    () => false,
  )
}
