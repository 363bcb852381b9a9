import { leavesOf, merkleRoot, summariesOf } from '#contracts/merkle.ts'
import { segmentBitsLimit, trackBitsLimit } from '#market/domain/segment-rate.ts'
import type { Fault } from '#protocol/attestation.ts'
import { bytesToHex, canonicalJson } from '#protocol/canonical.ts'
import type { JobDeliver } from '#protocol/delivery.ts'
import { frameSeconds, framesInSegment, gridSeconds } from '#protocol/grid.ts'
import type { Ladder } from '#protocol/ladder.ts'
import { aacFrameSamples, audioPreset } from '#protocol/ladder.ts'
import type { AudioRecord, Manifest, RenditionRecord, SegmentRecord } from '#protocol/manifest.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { secondsAsked, segmentSpan } from '#protocol/range.ts'
import { audioFrames } from '../encoding/audio-arguments.ts'
import { sha256 } from '../sha256.ts'
import { hasExtrasInShape } from './extras-check.ts'

/** What of an offer a manifest has to keep, and what of a delivery. */
type Terms = Pick<JobOffer, 'source' | 'recipe' | 'grid' | 'ladder' | 'copied'>
type Commitment = Pick<JobDeliver, 'merkleRoot' | 'leaves' | 'renditions'>

/** What is wrong with a manifest in itself, against its offer, and against the delivery that committed to it. */
export function checkManifest(
  manifest: Manifest,
  offer: Terms,
  { operation }: { readonly operation: Commitment },
): readonly Fault[] {
  if (!isOfTerms(manifest, offer)) return [{ code: 'manifest-differs-from-offer' }]
  const leaves = leavesOf(manifest)
  const root = bytesToHex(merkleRoot(leaves, sha256))
  if (root !== operation.merkleRoot || leaves.length !== operation.leaves)
    return [{ code: 'merkle-root-differs' }]
  if (canonicalJson(summariesOf(manifest)) !== canonicalJson(operation.renditions))
    return [{ code: 'merkle-root-differs' }]
  if (!hasExtrasInShape(manifest)) return [{ code: 'extra-invalid' }]
  return checkRates(manifest, offer)
}

/** Everything an offer fixes: source, recipe, grid, ladder, sound, and the length of each segment. */
export function isOfTerms(manifest: Manifest, offer: Terms): boolean {
  const { source, recipe, grid, copied, renditions, audio } = manifest
  return (
    source === offer.source.cid &&
    recipe === offer.recipe &&
    copied === offer.copied &&
    canonicalJson(grid) === canonicalJson(offer.grid) &&
    canonicalJson(ladderOf(manifest)) === canonicalJson(offer.ladder) &&
    (audio !== null) === (offer.source.audioStream !== undefined) &&
    renditions.every((rendition) => hasItsGrid(rendition, offer)) &&
    (audio === null || hasWholeSound(audio, offer))
  )
}

/** The renditions as an offer asks for them, without what the encoder recorded of its own. */
export function ladderOf({ renditions }: Manifest): Ladder {
  return renditions.map(
    ({ segments: _segments, init: _init, codecs: _codecs, hardware: _hardware, ...rendition }) =>
      rendition,
  )
}

function hasItsGrid({ segments }: RenditionRecord, { grid }: Terms): boolean {
  const { first, segments: asked } = segmentSpan(grid)
  return (
    segments.length === asked &&
    segments.every(({ units }, place) => units === framesInSegment(grid, first + place))
  )
}

function hasWholeSound(
  { segments, kbps, channels, sampleRate }: AudioRecord,
  { grid }: Terms,
): boolean {
  const frames = audioFrames(grid)
  return (
    kbps === audioPreset.kbps &&
    channels === audioPreset.channels &&
    sampleRate === audioPreset.sampleRate &&
    segments.length === frames.length &&
    segments.every(({ units }, index) => units === (frames[index] ?? 0) * aacFrameSamples)
  )
}

/** No segment may need more than its cap allows, of pictures or of sound. */
function checkRates({ renditions, audio }: Manifest, { grid: { rate } }: Terms): readonly Fault[] {
  const video = renditions.flatMap(({ name, kbps, segments }) =>
    overweight(name, segments, (units) => segmentBitsLimit(kbps, frameSeconds(rate, units))),
  )
  const sound = overweight('audio', audio?.segments ?? [], (units) =>
    segmentBitsLimit(audioPreset.kbps, units / audioPreset.sampleRate),
  )
  return [...video, ...sound]
}

function overweight(
  rendition: string,
  segments: readonly SegmentRecord[],
  bitsLimit: (units: number) => number,
): readonly Fault[] {
  return segments.flatMap(({ bytes, units }, segment): readonly Fault[] =>
    bytes * 8 > bitsLimit(units) ? [{ code: 'bitrate-out-of-bounds', rendition, segment }] : [],
  )
}

/**
 * Tracks of a delivery that are said to be larger than their caps allow. Looked at before anything is fetched:
 * how much is taken from an encoder is bounded by what it has promised, so the promise has to be bounded first.
 */
export function checkPromise(
  { ladder, grid }: Terms,
  { operation }: { readonly operation: Commitment },
): readonly Fault[] {
  return operation.renditions.flatMap(({ name, bytes, segments }): readonly Fault[] => {
    const kbps = ladder.find((rendition) => rendition.name === name)?.kbps
    const seconds = kbps === undefined ? gridSeconds(grid) : secondsAsked(grid)
    const most = trackBitsLimit(kbps ?? audioPreset.kbps, seconds, segments)
    return bytes * 8 > most ? [{ code: 'bitrate-out-of-bounds', rendition: name }] : []
  })
}
