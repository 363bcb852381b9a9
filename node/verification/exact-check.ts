import { leavesOf } from '#contracts/merkle.ts'
import { MarketError } from '#market/errors.ts'
import type { EncodedSegment } from '#market/ports/encoding-engine.ts'
import type { Fault } from '#protocol/attestation.ts'
import { gridSeconds, partOfSegment } from '#protocol/grid.ts'
import type { Cid } from '#protocol/ids.ts'
import type { Manifest, SegmentRecord } from '#protocol/manifest.ts'
import { fileCid } from '../encoding/file-cid.ts'
import type { Check } from './delivery-checker.ts'
import { inParallel } from './in-parallel.ts'

/** A part of a rendition that holds a challenged leaf; sound and a copied rendition are one part. */
type Suspect = { readonly rendition: string; readonly part: number }

/**
 * Encodes again what the challenge drew and compares content ids: equal bytes or not, with no threshold to argue about.
 * A part is encoded whole, so its other segments are compared as well.
 */
export async function reencodeLeaves(
  check: Check,
  manifest: Manifest,
  leaves: readonly number[],
): Promise<readonly Fault[]> {
  const suspects = suspectsOf(manifest, leaves)
  const { content, offer, creator, job, signal, onProgress, engine } = check
  content.pin(offer.source.cid, job)
  await content.fetch(offer.source.cid, [creator, check.encoder], {
    signal,
    expectedBytes: offer.source.bytes,
  })
  const source = await check.workspaceOf(job).source(offer.source.cid, signal)
  let done = 0
  const faults = await inParallel(suspects, engine.workers, async (suspect) => {
    const found = await compare(check, manifest, suspect, source)
    done += 1
    onProgress({ stage: 'challenge', percent: (100 * done) / suspects.length })
    return found
  })
  return faults.flat()
}

function suspectsOf(manifest: Manifest, leaves: readonly number[]): readonly Suspect[] {
  const all = leavesOf(manifest)
  const suspects = new Map<string, Suspect>()
  for (const leaf of leaves) {
    const found = all[leaf]
    if (!found) throw new RangeError('the challenge draws leaves of the tree')
    const { rendition, index } = found
    const isWhole = rendition === 'audio' || rendition === manifest.copied
    const part = isWhole ? 0 : partOfSegment(manifest.grid, index)
    suspects.set(`${rendition} ${part}`, { rendition, part })
  }
  return [...suspects.values()]
}

async function compare(
  check: Check,
  manifest: Manifest,
  suspect: Suspect,
  source: string,
): Promise<readonly Fault[]> {
  const { rendition } = suspect
  const delivered = segmentsOf(manifest, rendition)
  const differing = (own: OwnCids): readonly number[] =>
    [...own].filter(([index, cid]) => cid !== delivered[index]?.cid).map(([index]) => index)
  const first = await ownCids(check, suspect, source, check.offer.grid.leadSeconds)
  if (differing(first).length === 0) return []
  // Before anybody is accused: once more, from the first frame of the source on, so that no seek can be wrong.
  const linear = await ownCids(check, suspect, source, Math.ceil(gridSeconds(manifest.grid)))
  const found = differing(linear)
  if (found.length === 0) return []
  if (!isSame(first, linear)) await requireSteadiness(check, suspect, source, first)
  return found.map((segment) => ({ code: 'bytes-differ', rendition, segment }))
}

type OwnCids = ReadonlyMap<number, Cid>

/** Content ids that an encode on this machine gives the segments of a part. */
async function ownCids(
  check: Check,
  suspect: Suspect,
  source: string,
  leadSeconds: number,
): Promise<OwnCids> {
  const { rendition, part } = suspect
  await using scratch = await check.workspaceOf(check.job).scratch(`challenge-${rendition}-${part}`)
  const own = await encodeAgain(check, suspect, { source, leadSeconds, directory: scratch.path })
  const cids = new Map<number, Cid>()
  for (const { index, path } of own) cids.set(index, await fileCid(path))
  return cids
}

/** Rejects if the recipe's own encode does not come out the same again: such a machine proves nothing. */
async function requireSteadiness(
  check: Check,
  suspect: Suspect,
  source: string,
  first: OwnCids,
): Promise<void> {
  const again = await ownCids(check, suspect, source, check.offer.grid.leadSeconds)
  if (isSame(first, again)) return
  throw new MarketError(
    'ffmpeg-failed',
    `This machine encodes part ${suspect.part} of ${suspect.rendition} differently each time.`,
  )
}

function isSame(left: OwnCids, right: OwnCids): boolean {
  return left.size === right.size && [...left].every(([index, cid]) => right.get(index) === cid)
}

type Again = {
  readonly source: string
  readonly leadSeconds: number
  readonly directory: string
}

function encodeAgain(
  { engine, offer, signal }: Check,
  { rendition, part }: Suspect,
  { source, leadSeconds, directory }: Again,
): Promise<readonly EncodedSegment[]> {
  const request = { source, terms: { ...offer, grid: { ...offer.grid, leadSeconds } } }
  if (rendition === 'audio') return engine.encodeAudio(request, { directory, signal })
  if (rendition === offer.copied) return engine.copyVideo(request, { directory, signal })
  const renditions = offer.ladder.filter(({ name }) => name === rendition)
  return engine.encodeCell(request, { part, renditions }, { directory, signal })
}

function segmentsOf(manifest: Manifest, name: string): readonly SegmentRecord[] {
  if (name === 'audio') return manifest.audio?.segments ?? []
  return manifest.renditions.find((rendition) => rendition.name === name)?.segments ?? []
}
