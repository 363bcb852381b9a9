import { MarketError } from '#market/errors.ts'
import type { EncodedSegment } from '#market/ports/encoding-engine.ts'
import { gridSeconds, partOfSegment } from '#protocol/grid.ts'
import type { InitRecord, Manifest, SegmentRecord } from '#protocol/manifest.ts'
import { trackSpan } from '#protocol/range.ts'
import { fileCid } from '../encoding/file-cid.ts'
import { inParallel } from './in-parallel.ts'
import type { LeafCheck, LeafFinding, LeafPlace } from './leaf.ts'
import { isOfHardware } from './leaf.ts'

/** A part of a rendition that holds a challenged leaf; sound and a copied rendition are one part. */
type Suspect = { readonly rendition: string; readonly part: number }

/**
 * Encodes again what the challenge drew and compares content ids: equal bytes or not, with no threshold to argue about.
 * A part is encoded whole, so its other segments are compared as well.
 */
export async function reencodeLeaves(
  check: LeafCheck,
  manifest: Manifest,
  leaves: readonly LeafPlace[],
): Promise<readonly LeafFinding[]> {
  const suspects = suspectsOf(manifest, leaves)
  const { engine, onProgress } = check
  let done = 0
  const findings = await inParallel(suspects, engine.workers, async (suspect) => {
    const found = await compare(check, manifest, suspect)
    done += 1
    onProgress({ stage: 'challenge', percent: (100 * done) / suspects.length })
    return found
  })
  return findings.flat()
}

function suspectsOf(manifest: Manifest, leaves: readonly LeafPlace[]): readonly Suspect[] {
  const suspects = new Map<string, Suspect>()
  for (const { rendition, segment } of leaves) {
    const isWhole = rendition === 'audio' || rendition === manifest.copied
    const part = isWhole ? 0 : partOfSegment(manifest.grid, segment)
    suspects.set(`${rendition} ${part}`, { rendition, part })
  }
  return [...suspects.values()]
}

async function compare(
  check: LeafCheck,
  manifest: Manifest,
  suspect: Suspect,
): Promise<readonly LeafFinding[]> {
  const { rendition } = suspect
  const begun = initOf(manifest, rendition)
  const isProvable = (segment: number): boolean =>
    !isOfHardware(check, manifest, { rendition, segment })
  const differing = (own: OwnCids): readonly number[] =>
    [...own]
      .filter(
        ([index, own]) =>
          isProvable(index) &&
          own !== idOf(segmentAt(manifest, { rendition, segment: index }), begun),
      )
      .map(([index]) => index)
  const findings = (own: OwnCids, found: readonly number[]): readonly LeafFinding[] =>
    [...own.keys()].filter(isProvable).map((segment) => ({
      ...{ rendition, segment, tier: 'exact', figures: {} },
      faults: found.includes(segment) ? [{ code: 'bytes-differ', rendition, segment }] : [],
    }))
  const first = await ownCids(check, suspect, check.offer.grid.leadSeconds)
  if (differing(first).length === 0) return findings(first, [])
  // Before anybody is accused: once more, from the first frame of the source on, so that no seek can be wrong.
  const linear = await ownCids(check, suspect, Math.ceil(gridSeconds(manifest.grid)))
  const found = differing(linear)
  if (found.length > 0 && !isSame(first, linear)) await requireSteadiness(check, suspect, first)
  return findings(linear, found)
}

/** A segment's id, and that of what it needs first where there is such a thing. */
type OwnCids = ReadonlyMap<number, string>

function idOf(segment: InitRecord | undefined, init: InitRecord | null): string {
  return [...(init ? [init.cid] : []), segment?.cid].join(' ')
}

/** Content ids that an encode on this machine gives the segments of a part. */
async function ownCids(check: LeafCheck, suspect: Suspect, leadSeconds: number): Promise<OwnCids> {
  const { rendition, part } = suspect
  await using scratch = await check.workspaceOf(check.job).scratch(`challenge-${rendition}-${part}`)
  const own = await encodeAgain(check, suspect, { leadSeconds, directory: scratch.path })
  const cids = new Map<number, string>()
  for (const { index, path, init } of own) {
    const files = init === undefined ? [path] : [init, path]
    cids.set(index, (await Promise.all(files.map(fileCid))).join(' '))
  }
  return cids
}

/** Rejects if the recipe's own encode does not come out the same again: such a machine proves nothing. */
async function requireSteadiness(
  check: LeafCheck,
  suspect: Suspect,
  first: OwnCids,
): Promise<void> {
  const again = await ownCids(check, suspect, check.offer.grid.leadSeconds)
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
  readonly leadSeconds: number
  readonly directory: string
}

function encodeAgain(
  { engine, offer, signal, source }: LeafCheck,
  { rendition, part }: Suspect,
  { leadSeconds, directory }: Again,
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

/** The segment of an index, counted in the whole video; undefined for one that the tree has not. */
export function segmentAt(
  manifest: Manifest,
  { rendition, segment }: LeafPlace,
): SegmentRecord | undefined {
  return segmentsOf(manifest, rendition)[segment - trackSpan(manifest.grid, rendition).first]
}

/** What the segments of a track need first; null for transport streams. */
export function initOf({ renditions, audio }: Manifest, name: string): InitRecord | null {
  const track = name === 'audio' ? audio : renditions.find((rendition) => rendition.name === name)
  return track?.init ?? null
}
