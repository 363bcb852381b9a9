import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import type { Fault, FaultFigure } from '#protocol/attestation.ts'
import type { HwAccel } from '#protocol/encoder.ts'
import type { Manifest } from '#protocol/manifest.ts'
import { hardwareOf } from '#protocol/manifest.ts'
import { trackSpan } from '#protocol/range.ts'
import { hwAccelOf } from '../encoding/hardware/hardware-device.ts'
import type { LayoutReader } from '../encoding/layout-reader.ts'
import type { ColourTolerance } from './colour-tolerance.ts'
import type { Check } from './delivery-checker.ts'

/** How a leaf is checked: by its bytes, or by what is to be seen and heard. */
export type Tier = 'exact' | 'perceptual'

/** What the check of challenged leaves works with. */
export type LeafCheck = Pick<
  Check,
  'engine' | 'ffmpeg' | 'ffprobe' | 'job' | 'onProgress' | 'signal' | 'workspaceOf'
> & {
  readonly content: Pick<ContentStore, 'read'>
  readonly offer: EncodeRequest['terms']
  /** The source as a local file. */
  readonly source: string
  readonly tier: Tier
  /** Hardware that the tree may be made by in part; `any` where nobody had to say so beforehand. */
  readonly hwAccel: HwAccel | 'any'
  readonly colours: ColourTolerance
}

/** Where a leaf stands; `audio` is a rendition too. */
export type LeafPlace = { readonly rendition: string; readonly segment: number }

export type LeafFinding = LeafPlace & {
  readonly tier: Tier
  /** Measured where bytes are not compared, in the figures' own units. */
  readonly figures: Readonly<Partial<Record<FaultFigure, number>>>
  readonly faults: readonly Fault[]
}

/**
 * What hardware made has bytes of its own in every class. That it did is believed only where the registry knew of the
 * hardware before the award: nobody may choose the milder tier by a word in a manifest.
 */
export function isOfHardware(
  { hwAccel }: Pick<LeafCheck, 'hwAccel'>,
  manifest: Pick<Manifest, 'renditions' | 'grid'>,
  { rendition, segment }: LeafPlace,
): boolean {
  const record = manifest.renditions.find(({ name }) => name === rendition)
  const place = segment - trackSpan(manifest.grid, rendition).first
  const encoder = record ? hardwareOf(record, place) : null
  return encoder !== null && (hwAccel === 'any' || hwAccel === hwAccelOf(encoder))
}

/** With what reads how a source is opened: once for all leaves that are measured. */
export type MeasureCheck = LeafCheck & { readonly readLayout: LayoutReader }
