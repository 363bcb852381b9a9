import { leavesOf, merkleRoot, summariesOf } from '#contracts/merkle.ts'
import type { PieceCache } from '#market/adapters/sqlite/piece-cache.ts'
import type { PieceStore } from '#market/adapters/sqlite/piece-store.ts'
import type { Clock } from '#market/ports/clock.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodingEngine, RecipeProof } from '#market/ports/encoding-engine.ts'
import type { NodeState } from '#market/ports/node-state.ts'
import type { JobProcessor, WorkProgress } from '#market/ports/processing.ts'
import { bytesToHex } from '#protocol/canonical.ts'
import type { JobDeliver } from '#protocol/delivery.ts'
import type { JobId } from '#protocol/ids.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import type { InitRecord, Manifest } from '#protocol/manifest.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { createCellRunner } from '../encoding/cell-runner.ts'
import { freeSpace, usualDiskFloorBytes, watchDisk } from '../encoding/disk-guard.ts'
import type { EncodeProgress } from '../encoding/encode-progress.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'
import { buildManifest } from '../encoding/manifest.ts'
import { createPieceKeys } from '../encoding/piece-key.ts'
import { streamName } from '../encoding/stream-name.ts'
import type { Logger } from '../logger.ts'
import { sha256 } from '../sha256.ts'
import type { GrowingJob } from './growing-job.ts'
import { createGrowingJob } from './growing-job.ts'
import type { JobExtras } from './job-extras.ts'
import { openJobExtras } from './job-extras.ts'
import type { ShownTrees } from './job-trees.ts'
import type { PieceKeeper } from './piece-keeper.ts'
import { openPieceKeeper } from './piece-keeper.ts'
import { createSourceFetch } from './source-fetch.ts'
import { assembleTree } from './tree.ts'
import type { Workspace } from './workspace.ts'

export type ProcessorDeps = {
  readonly content: ContentStore
  /** The recipe's own, which the manifest's class is of. */
  readonly engine: EncodingEngine
  readonly tools: Pick<FfmpegTools, 'ffmpeg' | 'ffprobe'>
  /** What encodes a job: the same engine, or one that uses hardware. */
  readonly engineFor: (job: JobId) => EncodingEngine
  readonly pieces: PieceStore
  readonly cache: PieceCache
  readonly state: NodeState
  readonly clock: Clock
  readonly workspaceOf: (job: JobId) => Workspace
  readonly trees: ShownTrees
  readonly logger: Logger
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
      await using work = await openWork(deps, offer, { source, signal })
      await encodeMissing(deps, work, { signal, onProgress })
      const encoded = clock.now()
      onProgress({ stage: 'uploading', percent: 0 })
      const manifest = await work.extras.addTo(await work.draft())
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
      deps.trees.forget(job)
      void workspaceOf(job).remove()
    },
  }
}

type Run = { readonly signal: AbortSignal; readonly onProgress: (progress: WorkProgress) => void }

/** What a job is encoded from, and what is finished of it. */
type Work = AsyncDisposable & {
  readonly offer: JobOffer
  readonly source: string
  readonly keeper: PieceKeeper
  readonly extras: JobExtras
  /** The record of what is finished by now; of the whole tree in the end. */
  readonly draft: () => Promise<Manifest>
}

async function openWork(
  deps: ProcessorDeps,
  offer: JobOffer,
  { source, signal }: { readonly source: string; readonly signal: AbortSignal },
): Promise<Work> {
  const { job } = offer
  const proof = await deps.engine.prove(offer.recipe, { signal })
  const keyOf = createPieceKeys(offer, proof.class)
  const keeper = await openPieceKeeper(deps, { job, terms: offer, keyOf })
  const workspace = deps.workspaceOf(job)
  const request = { source, terms: offer }
  const extras = await openJobExtras(deps, { job, request, keeper, workspace, signal })
  return {
    ...{ offer, source, keeper, extras },
    draft: createDraft(deps, offer, { keeper, proof, signal }),
    [Symbol.asyncDispose]: () => extras[Symbol.asyncDispose](),
  }
}

async function encodeMissing(
  deps: ProcessorDeps,
  { offer, source, keeper, extras, draft }: Work,
  { signal, onProgress }: Run,
): Promise<void> {
  const growing = createGrowingJob(deps, offer, draft)
  growing.grow()
  extras.begin()
  await using scratch = await deps.workspaceOf(offer.job).scratch('parts')
  using guard = watchDisk({ ...diskWatch, directory: scratch.path }, freeSpace)
  const runCells = createCellRunner({ ...deps, engine: deps.engineFor(offer.job) })
  try {
    await runCells({
      request: { source, terms: offer },
      directory: scratch.path,
      signal: AbortSignal.any([signal, guard.signal]),
      isFinished: keeper.isFinished,
      onFinished: async (work) => {
        await extras.gather(work.segments)
        await keeper.keep(work)
        growing.grow()
      },
      onProgress: (progress) => onProgress(withPreview(growing, progress)),
    })
  } finally {
    await growing.settled()
  }
}

function withPreview(growing: GrowingJob, progress: EncodeProgress): WorkProgress {
  const preview = growing.root()
  return { stage: 'encoding', ...progress, ...(preview === null ? {} : { preview }) }
}

/** Reads each rendition's codec once, from its first segment. */
function createDraft(
  { content }: ProcessorDeps,
  offer: JobOffer,
  {
    keeper,
    proof,
    signal,
  }: {
    readonly keeper: PieceKeeper
    readonly proof: RecipeProof
    readonly signal: AbortSignal
  },
): Work['draft'] {
  const codecs = new Map<string, string>()
  const read = ({ cid }: InitRecord): Promise<Uint8Array> =>
    content.read(cid, { limitBytes: segmentLimitBytes, signal })
  return async () => {
    for (const { name } of offer.ladder) {
      const [first] = keeper.segmentsOf(name)
      if (!first || codecs.has(name)) continue
      const init = keeper.initOf(name)
      const begun = init ? await read(init) : null
      codecs.set(name, streamName(offer.recipe, await read(first), begun))
    }
    const codecsOf = (name: string): string => codecs.get(name) ?? ''
    return buildManifest(offer, proof.class, { ...keeper, codecsOf })
  }
}

async function publish(
  { content, trees }: ProcessorDeps,
  { job }: JobOffer,
  manifest: Manifest,
): Promise<Omit<JobDeliver, 'milliseconds'>> {
  const tree = await assembleTree(manifest, content)
  content.pin(tree.root, job)
  trees.show(job, tree.root)
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
