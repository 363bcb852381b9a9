import { leavesOf, merkleRoot, summariesOf } from '#contracts/merkle.ts'
import type { PieceCache } from '#market/adapters/sqlite/piece-cache.ts'
import type { Piece, PieceStore } from '#market/adapters/sqlite/piece-store.ts'
import type { Clock } from '#market/ports/clock.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { NodeState } from '#market/ports/node-state.ts'
import type { JobProcessor, WorkProgress } from '#market/ports/processing.ts'
import { bytesToHex } from '#protocol/canonical.ts'
import type { JobDeliver } from '#protocol/delivery.ts'
import type { HardwareEncoder } from '#protocol/encoder.ts'
import type { JobId } from '#protocol/ids.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import type { Manifest, SegmentRecord } from '#protocol/manifest.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { createCellRunner } from '../encoding/cell-runner.ts'
import { codecString } from '../encoding/codec-string.ts'
import { freeSpace, usualDiskFloorBytes, watchDisk } from '../encoding/disk-guard.ts'
import { buildManifest } from '../encoding/manifest.ts'
import { createPieceKeys } from '../encoding/piece-key.ts'
import { sha256 } from '../sha256.ts'
import { openPieceKeeper } from './piece-keeper.ts'
import { createSourceFetch } from './source-fetch.ts'
import { assembleTree } from './tree.ts'
import type { Workspace } from './workspace.ts'

export type ProcessorDeps = {
  readonly content: ContentStore
  /** The recipe's own, which the manifest's class is of. */
  readonly engine: EncodingEngine
  /** What encodes a job: the same engine, or one that uses hardware. */
  readonly engineFor: (job: JobId) => EncodingEngine
  readonly pieces: PieceStore
  readonly cache: PieceCache
  readonly state: NodeState
  readonly clock: Clock
  readonly workspaceOf: (job: JobId) => Workspace
}

/** A segment of ours is some megabytes. */
const segmentLimitBytes = 256 * 1024 * 1024

/** A job that would fill the disk is stopped; it goes on from there when there is room. */
const diskWatch = { floorBytes: usualDiskFloorBytes, everyMs: 2_000 }

/**
 * The one pipeline of encoding: fetch, encode, keep. Each finished part goes into the block store at once and is noted with its pins,
 * so a crash costs what was being encoded and nothing before it.
 */
export function createJobProcessor(deps: ProcessorDeps): JobProcessor {
  const { content, pieces, clock, workspaceOf } = deps
  const fetchSource = createSourceFetch(deps)

  return {
    prefetch: async (offer, creator, signal) => {
      await fetchSource.fetch(offer, creator, { signal, onProgress: () => undefined })
    },
    process: async (offer, creator, { signal, onProgress }) => {
      const fetch = await fetchSource.fetch(offer, creator, {
        signal,
        onProgress: (percent) => onProgress({ stage: 'downloading', percent }),
      })
      const source = await workspaceOf(offer.job).source(offer.source.cid, signal)
      const encoding = clock.now()
      await encodeMissing(deps, offer, source, { signal, onProgress })
      const encoded = clock.now()
      onProgress({ stage: 'uploading', percent: 0 })
      const manifest = await manifestOf(deps, offer, signal)
      const delivery = await publish(deps, offer, manifest)
      await workspaceOf(offer.job).remove()
      onProgress({ stage: 'uploading', percent: 100 })
      return {
        ...delivery,
        milliseconds: { fetch, encode: encoded - encoding },
      }
    },
    release: (job) => {
      fetchSource.forget(job)
      pieces.remove(job)
      content.unpin(job)
      void workspaceOf(job).remove()
    },
  }
}

type Run = { readonly signal: AbortSignal; readonly onProgress: (progress: WorkProgress) => void }

async function encodeMissing(
  deps: ProcessorDeps,
  offer: JobOffer,
  source: string,
  { signal, onProgress }: Run,
): Promise<void> {
  const keyOf = createPieceKeys(offer, deps.engine.class)
  const keeper = await openPieceKeeper(deps, { job: offer.job, terms: offer, keyOf })
  await using scratch = await deps.workspaceOf(offer.job).scratch('parts')
  using guard = watchDisk({ ...diskWatch, directory: scratch.path }, freeSpace)
  const runCells = createCellRunner({ ...deps, engine: deps.engineFor(offer.job) })
  await runCells({
    request: { source, terms: offer },
    directory: scratch.path,
    signal: AbortSignal.any([signal, guard.signal]),
    isFinished: keeper.isFinished,
    onFinished: keeper.keep,
    onProgress: (progress) => onProgress({ stage: 'encoding', ...progress }),
  })
}

/** What was encoded, in order, as the record that the tree is made from. */
async function manifestOf(
  { pieces, content, engine }: ProcessorDeps,
  offer: JobOffer,
  signal: AbortSignal,
): Promise<Manifest> {
  const kept = pieces.of(offer.job)
  const piecesOf = (name: string): readonly Piece[] =>
    kept
      .filter(({ rendition }) => rendition === name)
      .toSorted((left, right) => left.part - right.part)
  const segmentsOf = (name: string): SegmentRecord[] =>
    piecesOf(name).flatMap(({ segments }) => segments)
  const hardwareOf = (name: string): (HardwareEncoder | null)[] =>
    piecesOf(name).flatMap(({ segments, hardware = null }) => segments.map(() => hardware))
  const codecs = new Map<string, string>()
  for (const { name } of offer.ladder) {
    const [first] = segmentsOf(name)
    if (!first) throw new Error('every rendition was encoded')
    const bytes = await content.read(first.cid, { limitBytes: segmentLimitBytes, signal })
    codecs.set(name, codecString(bytes))
  }
  const codecsOf = (name: string): string => codecs.get(name) ?? ''
  return buildManifest(offer, engine.class, { segmentsOf, codecsOf, hardwareOf })
}

async function publish(
  { content }: ProcessorDeps,
  { job }: JobOffer,
  manifest: Manifest,
): Promise<Omit<JobDeliver, 'milliseconds'>> {
  const tree = await assembleTree(manifest, content)
  content.pin(tree.root, job)
  const leaves = leavesOf(manifest)
  return {
    v: 1,
    t: 'job.deliver',
    job,
    root: tree.root,
    manifest: tree.manifest,
    merkleRoot: Sha256Hex.parse(bytesToHex(merkleRoot(leaves, sha256))),
    leaves: leaves.length,
    renditions: summariesOf(manifest),
  }
}
