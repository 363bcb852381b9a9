import type { Fault } from '#protocol/attestation.ts'
import type { Manifest, RenditionRecord } from '#protocol/manifest.ts'
import { audioRendition } from '../encoding/audio-arguments.ts'
import { audioInit, videoInit } from '../encoding/fmp4/init-segment.ts'
import { streamFormOf } from '../encoding/fmp4/video-stream.ts'
import { unlessAtFault } from './blame.ts'
import { initOf } from './exact-check.ts'
import { parse } from './foreign-bytes.ts'
import type { SegmentsCheck } from './segments-check.ts'

/** An initialization segment of ours is less than a kilobyte. */
const initLimitBytes = 4096

/** The initialization segments of a tree that hold good, by track. */
export type Inits = ReadonlyMap<string, Uint8Array>

/**
 * An initialization segment must be, to the byte, what its decoder's configuration makes of the rendition: no other size or
 * clock, and no room for anything besides.
 */
export async function checkInits(
  { content, signal }: Pick<SegmentsCheck, 'content' | 'signal'>,
  manifest: Manifest,
): Promise<{ readonly inits: Inits; readonly faults: readonly Fault[] }> {
  const inits = new Map<string, Uint8Array>()
  const faults: Fault[] = []
  const names = manifest.renditions.map(({ name }) => name)
  for (const name of manifest.audio ? [...names, audioRendition] : names) {
    const record = initOf(manifest, name)
    if (!record) continue
    const limitBytes = Math.min(record.bytes, initLimitBytes)
    const bytes = await unlessAtFault(content.read(record.cid, { limitBytes, signal }))
    const wanted = bytes && parse(() => wantedInit(bytes, manifest, name))
    if (bytes?.length === record.bytes && wanted && Buffer.compare(bytes, wanted) === 0)
      inits.set(name, bytes)
    else faults.push({ code: 'segment-invalid', rendition: name })
  }
  return { inits, faults }
}

function wantedInit(bytes: Uint8Array, manifest: Manifest, name: string): Uint8Array {
  if (name === audioRendition) return audioInit()
  const { width, height } = renditionOf(manifest, name)
  const form = streamFormOf(manifest.recipe, bytes)
  return videoInit({ width, height, rate: manifest.grid.rate, ...form })
}

function renditionOf({ renditions }: Manifest, name: string): RenditionRecord {
  const found = renditions.find((rendition) => rendition.name === name)
  if (!found) throw new RangeError('no such rendition')
  return found
}
