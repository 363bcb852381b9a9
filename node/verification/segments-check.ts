import type { Fault } from '#protocol/attestation.ts'
import type { AudioRecord, Manifest, RenditionRecord, SegmentRecord } from '#protocol/manifest.ts'
import type { Check } from './delivery-checker.ts'
import { inParallel } from './in-parallel.ts'
import type { SegmentInHand } from './segment-check.ts'
import { checkAudioSegment, checkVideoSegment } from './segment-check.ts'

/** A segment of ours is a few megabytes; nothing that is called one may fill the memory. */
const segmentLimitBytes = 256 * 1024 * 1024

type Piece = {
  readonly rendition: RenditionRecord | null
  readonly record: SegmentRecord
  readonly index: number
}

/** Checks every segment of a tree, as many at a time as the machine has workers. */
export async function checkSegments(check: Check, manifest: Manifest): Promise<readonly Fault[]> {
  const pieces = [...manifest.renditions.flatMap(piecesOf), ...soundPieces(manifest.audio)]
  await using scratch = await check.workspaceOf(check.job).scratch('segments')
  let done = 0
  const faults = await inParallel(pieces, check.engine.workers, async (piece) => {
    const fault = await checkPiece(check, manifest, piece, scratch.path)
    done += 1
    check.onProgress({ stage: 'structure', percent: (100 * done) / pieces.length })
    return fault
  })
  return faults.filter((fault) => fault !== null)
}

async function checkPiece(
  { content, ffprobe, signal }: Check,
  { grid, copied }: Manifest,
  { rendition, record, index }: Piece,
  directory: string,
): Promise<Fault | null> {
  const bytes = await content.read(record.cid, { limitBytes: segmentLimitBytes, signal })
  const inHand: SegmentInHand = { index, record, bytes }
  if (bytes.length !== record.bytes) {
    return { code: 'segment-invalid', rendition: rendition?.name ?? 'audio', segment: index }
  }
  if (!rendition) return checkAudioSegment(inHand)
  const isCopied = rendition.name === copied
  return checkVideoSegment(inHand, rendition, grid, { isCopied, ffprobe, directory, signal })
}

function piecesOf(rendition: RenditionRecord): readonly Piece[] {
  return rendition.segments.map((record, index) => ({ rendition, record, index }))
}

function soundPieces(audio: AudioRecord | null): readonly Piece[] {
  return (audio?.segments ?? []).map((record, index) => ({ rendition: null, record, index }))
}
