import { readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { frameSeconds, framesInSegment, partOfSegment } from '#protocol/grid.ts'
import type { Cid } from '#protocol/ids.ts'
import type { Rendition } from '#protocol/ladder.ts'
import type { Manifest } from '#protocol/manifest.ts'
import { fileCid } from '../encoding/file-cid.ts'
import { cellLimitMs } from '../encoding/pace-limit.ts'
import { segmentAt } from './exact-check.ts'
import { capBytes } from './footing.ts'
import { parse } from './foreign-bytes.ts'
import type { LeafBytes } from './judgement.ts'
import { judgePicture, namedPictureFigures } from './judgement.ts'
import type { LeafCheck, LeafFinding, LeafPlace, MeasureCheck } from './leaf.ts'
import { fileName, joined, pieceOf, writeSegments } from './leaf-files.ts'
import { pictureBytes } from './picture-bytes.ts'
import type { PictureFigures } from './picture-figures.ts'
import { measurePictures } from './picture-measures.ts'
import { undecodableAsNull, unmeasured } from './undecodable.ts'

/** How closely a leaf is looked at, and beside what: an encode of its segment alone, or of the part that it is in. */
type Look = {
  readonly leadSeconds: number
  readonly shifts: readonly number[]
  readonly beside: 'segment' | 'part'
}

/**
 * A leaf that fails is measured once more from a decode that begins at the source's beginning, with the places beside its own, and then
 * beside an encode of its whole part, before it is called a fault: seeking into a file is not to be relied on where somebody is accused,
 * and a segment behind a heavy one has fewer bits than it would have alone.
 */
export async function measurePictureLeaf(
  check: MeasureCheck,
  manifest: Manifest,
  place: LeafPlace,
): Promise<LeafFinding> {
  const { grid } = check.offer
  const { leadSeconds } = grid
  const first: Look = { leadSeconds, shifts: [], beside: 'segment' }
  const quick = await lookAtPictures(check, manifest, place, first)
  if (quick.faults.length === 0) return quick
  const wholeSeconds = Math.ceil(frameSeconds(grid.rate, grid.frames)) + leadSeconds
  const second: Look = { leadSeconds: wholeSeconds, shifts: [-1, 1], beside: 'segment' }
  const closer = await lookAtPictures(check, manifest, place, second)
  if (closer.faults.length === 0) return closer
  // What the segments before it in its part have taken of the cap is not its maker's fault.
  const among = await lookAtPictures(check, manifest, place, { ...second, beside: 'part' })
  return among.faults.length === 0 ? among : closer
}

async function lookAtPictures(
  check: MeasureCheck,
  manifest: Manifest,
  place: LeafPlace,
  look: Look,
): Promise<LeafFinding> {
  const { rendition: name, segment } = place
  const rendition = check.offer.ladder.find((rung) => rung.name === name)
  const record = segmentAt(manifest, place)
  if (!rendition || !record) throw new RangeError('the challenge draws leaves of the offer')
  await using scratch = await check.workspaceOf(check.job).scratch(`measure-${name}-${segment}`)
  const delivered = fileName('delivered', manifest)
  await writeSegments(check, pieceOf(manifest, name, [record]), path.join(scratch.path, delivered))
  const reference = await encodeReference(check, { rendition, segment, look }, scratch.path)
  const { grid, source } = check.offer
  const layout = await check.readLayout(
    { source: check.source, videoStream: source.videoStream },
    check.signal,
  )
  const longestMs = longestMeasuringMs(check, { rendition, segment, look })
  const figures = await undecodableAsNull(
    check,
    { delivered, reference: reference.name },
    (delivered) =>
      measurePictures(
        check,
        { ...look, layout, grid, rendition, segment, delivered, reference: reference.name },
        { directory: scratch.path, colours: check.colours, signal: check.signal, longestMs },
      ),
  )
  if (!figures) return { ...place, ...unmeasured('picture-undecodable', place) }
  const seconds = frameSeconds(grid.rate, framesInSegment(grid, segment))
  const share = await deliveredShare(
    manifest,
    { delivered, reference: reference.name },
    scratch.path,
  )
  const bytes = {
    delivered: share * reference.bytes,
    reference: reference.bytes,
    cap: capBytes(rendition.kbps, seconds),
  }
  const found = pictureFinding(figures, bytes, place)
  // What is to the byte what the verifier itself makes is as it should be, however little of the pictures its rate has left.
  return record.cid === reference.cid ? { ...found, faults: [] } : found
}

/** How much the delivered pictures take, of what the verifier's own do. */
async function deliveredShare(
  { recipe }: Pick<Manifest, 'recipe'>,
  { delivered, reference }: { readonly delivered: string; readonly reference: string },
  directory: string,
): Promise<number> {
  const read = async (name: string) => await readFile(path.join(directory, name))
  const [own, made] = [await read(reference), await read(delivered)]
  return (parse(() => pictureBytes(recipe, made)) ?? 0) / pictureBytes(recipe, own)
}

function pictureFinding(figures: PictureFigures, bytes: LeafBytes, place: LeafPlace): LeafFinding {
  return {
    ...place,
    tier: 'perceptual',
    figures: namedPictureFigures(figures, bytes),
    faults: judgePicture(figures, bytes, place),
  }
}

/** Measuring is given up after what encoding the segment from as far back may take, by this machine's own pace. */
function longestMeasuringMs(
  { engine, offer }: LeafCheck,
  { rendition, segment, look }: { rendition: Rendition; segment: number; look: Look },
): number {
  const grid = { ...offer.grid, partSegments: 1, leadSeconds: look.leadSeconds }
  const cell = { part: partOfSegment(grid, segment), renditions: [rendition] }
  const { pixelsPerSecond } = engine.proofOf(offer.recipe) ?? engine
  return cellLimitMs({ ...offer, grid }, cell, pixelsPerSecond)
}

/** The verifier's own encode of this segment: of just it, the same recipe with parts of one segment, or of its part. */
async function encodeReference(
  { engine, offer, source, signal }: LeafCheck,
  { rendition, segment, look }: { rendition: Rendition; segment: number; look: Look },
  directory: string,
): Promise<{ readonly name: string; readonly bytes: number; readonly cid: Cid }> {
  const { leadSeconds, beside } = look
  const partSegments = beside === 'part' ? offer.grid.partSegments : 1
  const grid = { ...offer.grid, partSegments, leadSeconds }
  const made = await engine.encodeCell(
    { source, terms: { ...offer, grid } },
    { part: partOfSegment(grid, segment), renditions: [rendition] },
    { directory, signal },
  )
  const encoded = made.find(({ index }) => index === segment)
  if (!encoded) throw new Error('a segment is in its part')
  const name = fileName('reference', offer)
  await writeFile(path.join(directory, name), await joined([encoded]))
  const { size: bytes } = await stat(encoded.path)
  return { name, bytes, cid: await fileCid(encoded.path) }
}
