import { readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { MarketError } from '#market/errors.ts'
import type { EncodedSegment } from '#market/ports/encoding-engine.ts'
import type { Fault } from '#protocol/attestation.ts'
import { frameSeconds, framesInSegment, partOfSegment } from '#protocol/grid.ts'
import type { Cid } from '#protocol/ids.ts'
import type { Rendition } from '#protocol/ladder.ts'
import type { InitRecord, Manifest, SegmentRecord } from '#protocol/manifest.ts'
import { recipes } from '#protocol/recipe.ts'
import { audioRendition } from '../encoding/audio-arguments.ts'
import { fileCid } from '../encoding/file-cid.ts'
import type { LayoutReader } from '../encoding/layout-reader.ts'
import { createLayoutReader } from '../encoding/layout-reader.ts'
import { cellLimitMs } from '../encoding/pace-limit.ts'
import { initOf, segmentAt } from './exact-check.ts'
import { capBytes } from './footing.ts'
import { parse } from './foreign-bytes.ts'
import { inParallel } from './in-parallel.ts'
import type { LeafBytes } from './judgement.ts'
import {
  isAboutWave,
  isKeptAsWell,
  judgePicture,
  judgeSound,
  namedPictureFigures,
  namedSoundFigures,
} from './judgement.ts'
import type { LeafCheck, LeafFinding, LeafPlace } from './leaf.ts'
import { pictureBytes } from './picture-bytes.ts'
import type { PictureFigures } from './picture-figures.ts'
import { measurePictures } from './picture-measures.ts'
import { wholeWave } from './sound-figures.ts'
import { measureKept, measureSound } from './sound-measures.ts'

/** A segment of ours is a few megabytes; nothing that is called one may fill the memory. */
const segmentLimitBytes = 256 * 1024 * 1024

/**
 * Measures challenged leaves whose bytes cannot be compared: those of another determinism class. A leaf that fails is
 * measured once more from a decode that begins at the source's beginning, with the places beside its own, and then beside an
 * encode of its whole part, before it is called a fault: seeking into a file is not to be relied on where somebody is accused,
 * and a segment behind a heavy one has fewer bits than it would have alone.
 */
export async function measureLeaves(
  check: LeafCheck,
  manifest: Manifest,
  leaves: readonly LeafPlace[],
): Promise<readonly LeafFinding[]> {
  const readLayout = createLayoutReader(check)
  const sounds = leaves.filter(({ rendition }) => rendition === audioRendition)
  const pictures = leaves.filter(({ rendition }) => rendition !== audioRendition)
  const works = [
    ...(sounds.length > 0 ? [() => measureSounds({ ...check, readLayout }, manifest, sounds)] : []),
    ...pictures.map((place) => async () => [
      await measurePictureLeaf({ ...check, readLayout }, manifest, place),
    ]),
  ]
  let done = 0
  const findings = await inParallel(works, check.engine.workers, async (work) => {
    const found = await work()
    done += 1
    check.onProgress({ stage: 'challenge', percent: (100 * done) / works.length })
    return found
  })
  return findings.flat()
}

type MeasureCheck = LeafCheck & { readonly readLayout: LayoutReader }

/** How closely a leaf is looked at, and beside what: an encode of its segment alone, or of the part that it is in. */
type Look = {
  readonly leadSeconds: number
  readonly shifts: readonly number[]
  readonly beside: 'segment' | 'part'
}

async function measurePictureLeaf(
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

/** The sound is encoded from its beginning, once for all leaves of it, as by its recipe. */
async function measureSounds(
  check: MeasureCheck,
  manifest: Manifest,
  leaves: readonly LeafPlace[],
): Promise<readonly LeafFinding[]> {
  const { engine, offer, signal, source } = check
  await using scratch = await check.workspaceOf(check.job).scratch('measure-audio')
  const directory = scratch.path
  const own = await engine.encodeAudio({ source, terms: offer }, { directory, signal })
  const findings: LeafFinding[] = []
  for (const place of leaves) findings.push(await measureSoundLeaf(check, manifest, place, own))
  return findings
}

async function measureSoundLeaf(
  check: MeasureCheck,
  manifest: Manifest,
  place: LeafPlace,
  own: readonly EncodedSegment[],
): Promise<LeafFinding> {
  const { segment } = place
  const { grid } = check.offer
  await using scratch = await check.workspaceOf(check.job).scratch(`measure-audio-${segment}`)
  const [from, to] = [Math.max(0, segment - 1), segment + 2]
  const [delivered, reference] = [fileName('delivered', manifest), fileName('reference', manifest)]
  const neighbours = (manifest.audio?.segments ?? []).slice(from, to)
  const piece = pieceOf(manifest, audioRendition, neighbours)
  await writeSegments(check, piece, path.join(scratch.path, delivered))
  await writeFile(path.join(scratch.path, reference), await joined(own.slice(from, to)))
  const figures = await undecodableAsNull(check, { delivered, reference }, (name) =>
    measureSound(
      check,
      { grid, segment, delivered: name, reference },
      { directory: scratch.path, signal: check.signal },
    ),
  )
  if (!figures) return { ...place, ...unmeasured('sound-undecodable', place) }
  const look = { segment, directory: scratch.path }
  const isKept = judgeSound(figures, place).some(isAboutWave) && (await keepsWave(check, look))
  const faults = judgeSound(isKept ? { ...figures, ...wholeWave } : figures, place)
  return { ...place, tier: 'perceptual', figures: namedSoundFigures(figures), faults }
}

/** Looks at the source: a sound that has another wave than the verifier's own may be as true to it. */
async function keepsWave(
  check: MeasureCheck,
  { segment, directory }: { readonly segment: number; readonly directory: string },
): Promise<boolean> {
  const { offer, source, signal } = check
  const { videoStream, audioStream } = offer.source
  if (audioStream === undefined) return false
  const layout = await check.readLayout({ source, videoStream }, signal)
  const encode = { layout, audioStream, grid: offer.grid }
  const { delivered, own } = await measureKept(check, { encode, segment }, { directory, signal })
  return isKeptAsWell(delivered, own)
}

function unmeasured(
  code: Fault['code'],
  place: LeafPlace,
): Pick<LeafFinding, 'tier' | 'figures' | 'faults'> {
  return { tier: 'perceptual', figures: {}, faults: [{ code, ...place }] }
}

/** The name of a file of joined segments; its ending says how it is opened. */
function fileName(name: string, { recipe }: Pick<Manifest, 'recipe'>): string {
  return `${name}.${recipes[recipe].container === 'fmp4' ? 'mp4' : 'ts'}`
}

/** Segments with what they need first. */
function pieceOf(
  manifest: Manifest,
  name: string,
  segments: readonly SegmentRecord[],
): readonly InitRecord[] {
  const init = initOf(manifest, name)
  return init ? [init, ...segments] : segments
}

async function joined(segments: readonly EncodedSegment[]): Promise<Uint8Array> {
  const [{ init } = {}] = segments
  const files = [...(init === undefined ? [] : [init]), ...segments.map(({ path: file }) => file)]
  return Buffer.concat(await Promise.all(files.map((file) => readFile(file))))
}

/** Segments as one file: transport streams and fragments may simply be joined. */
async function writeSegments(
  { content, signal }: LeafCheck,
  records: readonly InitRecord[],
  file: string,
): Promise<void> {
  const bytes: Uint8Array[] = []
  for (const { cid } of records)
    bytes.push(await content.read(cid, { limitBytes: segmentLimitBytes, signal }))
  await writeFile(file, Buffer.concat(bytes))
}

/**
 * What makes the measuring fail is the delivered segment only if the verifier's own can be measured in its place: a full
 * disk or a broken source ends the same process, and is nobody's fault. A process that has crashed has judged nothing, so it
 * is then tried again; but whoever delivers what breaks a filter, or crashes a decoder each time, must not escape by it either.
 */
async function undecodableAsNull<T>(
  { signal }: LeafCheck,
  { delivered, reference }: { readonly delivered: string; readonly reference: string },
  measure: (delivered: string) => Promise<T | null>,
): Promise<T | null> {
  const first = await attempt(delivered, measure, signal)
  if ('figures' in first) return first.figures
  await measure(reference)
  if (first.hasJudged) return null
  const second = await attempt(delivered, measure, signal)
  return 'figures' in second ? second.figures : null
}

/** FFmpeg's own judgement of what it was given, which is an exit code, or a process that was ended before it had one. */
type Failure = { readonly hasJudged: boolean }

async function attempt<T>(
  delivered: string,
  measure: (delivered: string) => Promise<T | null>,
  signal: AbortSignal,
): Promise<Failure | { readonly figures: T | null }> {
  try {
    return { figures: await measure(delivered) }
  } catch (error) {
    signal.throwIfAborted()
    return failureOf(error)
  }
}

/** Throws what is neither: a process that could not run says nothing of anybody. */
function failureOf(error: unknown): Failure {
  if (!(error instanceof MarketError)) throw error
  const hasJudged = 'exitCode' in error.meta
  if (!hasJudged && !('exitSignal' in error.meta)) throw error
  return { hasJudged }
}
