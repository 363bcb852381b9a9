import type { ContentStore } from '#market/ports/content-store.ts'
import type { Fault } from '#protocol/attestation.ts'
import type { AudioRecord, Manifest, RenditionRecord, SegmentRecord } from '#protocol/manifest.ts'
import { segmentSpan } from '#protocol/range.ts'
import { checkAudioSegment } from './audio-segment-check.ts'
import { unlessAtFault } from './blame.ts'
import type { Check } from './delivery-checker.ts'
import { inParallel } from './in-parallel.ts'
import type { Inits } from './init-check.ts'
import { checkInits } from './init-check.ts'
import type { Finding, SegmentInHand } from './segment-check.ts'
import { checkVideoSegment } from './segment-check.ts'

type Piece = {
  readonly rendition: RenditionRecord | null
  readonly record: SegmentRecord
  readonly index: number
}

export type SegmentFindings = {
  readonly faults: readonly Fault[]
  /** Leaves on which the tools failed: only encoding them again can tell. */
  readonly undecided: readonly number[]
}

export type SegmentsCheck = Pick<
  Check,
  'engine' | 'ffprobe' | 'job' | 'onProgress' | 'signal' | 'workspaceOf'
> & { readonly content: Pick<ContentStore, 'read'> }

/** Checks every segment of a tree, as many at a time as the machine has workers. */
export async function checkSegments(
  check: SegmentsCheck,
  manifest: Manifest,
): Promise<SegmentFindings> {
  // In the order of the leaves, so that an index here is a leaf.
  const { first } = segmentSpan(manifest.grid)
  const video = manifest.renditions.flatMap((rendition) => piecesOf(rendition, first))
  const pieces = [...video, ...soundPieces(manifest.audio)]
  const { inits, faults } = await checkInits(check, manifest)
  if (faults.length > 0) return { faults, undecided: [] }
  await using scratch = await check.workspaceOf(check.job).scratch('segments')
  let done = 0
  const findings = await inParallel(pieces, check.engine.workers, async (piece) => {
    const finding = await checkPiece(check, manifest, piece, { directory: scratch.path, inits })
    done += 1
    check.onProgress({ stage: 'structure', percent: (100 * done) / pieces.length })
    return finding
  })
  return {
    faults: findings.filter((finding) => typeof finding === 'object' && finding !== null),
    undecided: findings.flatMap((finding, leaf) => (finding === 'undecided' ? [leaf] : [])),
  }
}

/** No more is read than the manifest says there is, and that is bounded by the rate the rendition may have. */
async function checkPiece(
  { content, ffprobe, signal }: SegmentsCheck,
  { grid, copied, recipe, audio }: Manifest,
  { rendition, record, index }: Piece,
  { directory, inits }: { readonly directory: string; readonly inits: Inits },
): Promise<Finding> {
  const bytes = await unlessAtFault(content.read(record.cid, { limitBytes: record.bytes, signal }))
  if (bytes?.length !== record.bytes) {
    return { code: 'segment-invalid', rendition: rendition?.name ?? 'audio', segment: index }
  }
  const inHand: SegmentInHand = { index, record, bytes }
  if (!rendition) return checkAudioSegment(inHand, audio)
  const isCopied = rendition.name === copied
  const init = inits.get(rendition.name) ?? null
  const look = { isCopied, recipe, init, ffprobe, directory, signal }
  return checkVideoSegment(inHand, rendition, grid, look)
}

function piecesOf(rendition: RenditionRecord, first: number): readonly Piece[] {
  return rendition.segments.map((record, place) => ({ rendition, record, index: first + place }))
}

function soundPieces(audio: AudioRecord | null): readonly Piece[] {
  return (audio?.segments ?? []).map((record, index) => ({ rendition: null, record, index }))
}
