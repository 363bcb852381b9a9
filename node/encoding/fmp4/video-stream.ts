import type { Rendition } from '#protocol/ladder.ts'
import type { Recipe } from '#protocol/recipe.ts'
import { recipes } from '#protocol/recipe.ts'
import { av1Config, av1Terms, frameBytesInAv1, shownByAv1 } from './av1-config.ts'
import { firstSample, samplesIn } from './fragment.ts'
import { hevcTerms, picturesInHevc, sliceBytesInHevc } from './hevc-config.ts'
import { configIn } from './init-segment.ts'
import type { StreamTerms } from './stream-terms.ts'
import { frameBytesInVp9, shownByVp9, vp9Config, vp9Terms } from './vp9-config.ts'

/** Bytes of a box ahead of its content. */
const boxHead = 8

type FragmentedCodec = Exclude<(typeof recipes)[Recipe]['codec'], 'h264'>

/** How a codec is written into MP4: its sample entry, its configuration, and what both say with the first picture. */
type StreamForm = {
  readonly format: string
  readonly configType: string
  readonly configOf: (file: Uint8Array, rendition: Pick<Rendition, 'level'>) => Uint8Array
  readonly termsOf: (config: Uint8Array, picture: Uint8Array) => StreamTerms
  /** How many pictures a sample makes a decoder show. */
  readonly picturesIn: (sample: Uint8Array) => number
  /** How many of its bytes are pictures. */
  readonly bytesIn: (sample: Uint8Array) => number
}

const forms: Readonly<Record<FragmentedCodec, StreamForm>> = {
  h265: {
    ...{ format: 'hvc1', configType: 'hvcC', termsOf: hevcTerms, picturesIn: picturesInHevc },
    configOf: (file) => configIn(file, 'hvcC'),
    bytesIn: sliceBytesInHevc,
  },
  vp9: {
    ...{ format: 'vp09', configType: 'vpcC', termsOf: vp9Terms, picturesIn: shownByVp9 },
    configOf: (_, rendition) => vp9Config(rendition),
    bytesIn: frameBytesInVp9,
  },
  av1: {
    ...{ format: 'av01', configType: 'av1C', termsOf: av1Terms, picturesIn: shownByAv1 },
    configOf: (file) => av1Config(firstSample(file)),
    bytesIn: frameBytesInAv1,
  },
}

type Stream = { readonly format: string; readonly config: Uint8Array }

/** Sample entry and configuration of a stream that FFmpeg has written into an MP4. Throws a RangeError for any other. */
export function streamForm(
  recipe: Recipe,
  file: Uint8Array,
  rendition: Pick<Rendition, 'level'>,
): Stream {
  const { format, configOf } = formOf(recipe)
  return { format, config: configOf(file, rendition) }
}

/** The same as an initialization segment of ours has them. Throws a RangeError for any other. */
export function streamFormOf(recipe: Recipe, init: Uint8Array): Stream {
  const { format, configType } = formOf(recipe)
  return { format, config: configIn(init, configType) }
}

/** What an initialization segment and the first picture behind it say of the stream. Throws a RangeError where they disagree. */
export function streamTerms(recipe: Recipe, init: Uint8Array, picture: Uint8Array): StreamTerms {
  const { configType, termsOf } = formOf(recipe)
  return termsOf(configIn(init, configType).subarray(boxHead), picture)
}

/** True if each sample of a segment is one picture. Throws a RangeError for bytes that are no segment of the recipe. */
export function hasSinglePictures(recipe: Recipe, segment: Uint8Array): boolean {
  const { picturesIn } = formOf(recipe)
  return samplesIn(segment, 1).every(({ bytes }) => picturesIn(bytes) === 1)
}

/** Bytes of pictures in each sample of a file. Throws a RangeError for bytes that are no segment of the recipe. */
export function sampleBytes(recipe: Recipe, file: Uint8Array): readonly number[] {
  const { bytesIn } = formOf(recipe)
  return samplesIn(file, 1).map(({ bytes }) => bytesIn(bytes))
}

function formOf(recipe: Recipe): StreamForm {
  const { codec } = recipes[recipe]
  if (codec === 'h264') throw new RangeError('H.264 is carried in transport streams')
  return forms[codec]
}
