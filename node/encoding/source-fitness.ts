import { MarketError } from '#market/errors.ts'
import type { SourceLayout } from './source-layout.ts'

/**
 * Refuses what no decoder here brings out right, by header alone: `input-unsupported` where nobody could, and
 * `unsupported-here` where another build of FFmpeg can.
 */
export function requireDecodable(
  { video, audioStream, sounds }: SourceLayout,
  decoders: ReadonlySet<string>,
): void {
  if (video.color.hdr === 'dolby-vision-5')
    throw new MarketError(
      'input-unsupported',
      'The colours of this video are Dolby Vision only; save it as HDR10, HLG or ordinary video first.',
    )
  requireDecoder(video.decoder ?? video.codec, decoders)
  const sound = sounds.find(({ index }) => index === audioStream)
  if (sound) requireDecoder(sound.codec, decoders)
}

/** FFmpeg's own decoders of these only drive a graphics card. */
const softwareDecoders: Readonly<Record<string, readonly string[]>> = {
  av1: ['libdav1d', 'libaom-av1'],
}

function requireDecoder(name: string, decoders: ReadonlySet<string>): void {
  if ((softwareDecoders[name] ?? [name]).some((decoder) => decoders.has(decoder))) return
  throw new MarketError(
    'unsupported-here',
    `The FFmpeg of this machine was built without a decoder for ${name}.`,
    { decoder: name },
  )
}
