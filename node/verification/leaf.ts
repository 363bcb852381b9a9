import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import type { Fault, FaultFigure } from '#protocol/attestation.ts'
import type { Manifest } from '#protocol/manifest.ts'
import { hardwareOf } from '#protocol/manifest.ts'
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
}

/** Where a leaf stands; `audio` is a rendition too. */
export type LeafPlace = { readonly rendition: string; readonly segment: number }

export type LeafFinding = LeafPlace & {
  readonly tier: Tier
  /** Measured where bytes are not compared, in the figures' own units. */
  readonly figures: Readonly<Partial<Record<FaultFigure, number>>>
  readonly faults: readonly Fault[]
}

/** What hardware made has bytes of its own in every class. */
export function isOfHardware(manifest: Manifest, { rendition, segment }: LeafPlace): boolean {
  const record = manifest.renditions.find(({ name }) => name === rendition)
  return record !== undefined && hardwareOf(record, segment) !== null
}
