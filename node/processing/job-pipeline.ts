import type { PieceCache } from '#market/adapters/sqlite/piece-cache.ts'
import type { PieceStore } from '#market/adapters/sqlite/piece-store.ts'
import type { JobProgress } from '#market/domain/steady-progress.ts'
import { createSteadyProgress } from '#market/domain/steady-progress.ts'
import type { Clock } from '#market/ports/clock.ts'
import type { ContentStore, TransferOptions } from '#market/ports/content-store.ts'
import type { EncodeRequest, EncodingEngine, RecipeProof } from '#market/ports/encoding-engine.ts'
import type { NodeState } from '#market/ports/node-state.ts'
import type { WorkProgress } from '#market/ports/processing.ts'
import type { Cid, JobId } from '#protocol/ids.ts'
import type { InitRecord, Manifest } from '#protocol/manifest.ts'
import { createCellRunner } from '../encoding/cell-runner.ts'
import { freeSpace, usualDiskFloorBytes, watchDisk } from '../encoding/disk-guard.ts'
import type { EncodeProgress } from '../encoding/encode-progress.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'
import { buildManifest } from '../encoding/manifest.ts'
import { createPieceKeys } from '../encoding/piece-key.ts'
import { streamName } from '../encoding/stream-name.ts'
import type { Logger } from '../logger.ts'
import type { GrowingJob } from './growing-job.ts'
import { createGrowingJob } from './growing-job.ts'
import type { JobExtras } from './job-extras.ts'
import { openJobExtras } from './job-extras.ts'
import type { ShownTrees } from './job-trees.ts'
import type { PieceKeeper } from './piece-keeper.ts'
import { openPieceKeeper } from './piece-keeper.ts'
import type { BringSpan } from './source-windows.ts'
import type { AssembledTree } from './tree.ts'
import { assembleTree } from './tree.ts'
import type { Workspace } from './workspace.ts'

export type PipelineDeps = {
  readonly content: ContentStore
  /** The recipe's own, which the manifest's class is of. */
  readonly engine: EncodingEngine
  readonly tools: Pick<FfmpegTools, 'ffmpeg' | 'ffprobe'>
  readonly pieces: PieceStore
  readonly cache: PieceCache
  readonly state: NodeState
  readonly clock: Clock
  readonly workspaceOf: (job: JobId) => Workspace
  readonly trees: ShownTrees
  readonly logger: Logger
}

/** What whoever has claimed a job brings to the pipeline; everything between is the same for all. */
export type ClaimedOrder<Delivered> = {
  /** The name under which the node keeps what belongs to the job. */
  readonly job: JobId
  readonly source: Cid
  /** What encodes the job: the recipe's own engine, or one that uses hardware. */
  readonly engine: EncodingEngine
  /** Brings the source into the store and keeps it there; resolves to the milliseconds that took. */
  fetch(options: TransferOptions): Promise<number>
  /**
   * Brings a stretch of the source when FFmpeg asks for it, where {@link ClaimedOrder.fetch} has not brought all of it:
   * an order for a few parts needs no more than their windows.
   */
  readonly bring?: BringSpan | undefined
  /** What the bytes of the job depend on; `file` is what FFmpeg opens the source by. */
  termsOf(file: string, signal: AbortSignal): Promise<EncodeRequest['terms']>
  /** Hands over a tree that is kept here. */
  deliver(made: MadeTree, options: TransferOptions): Promise<Delivered>
}

/** A job's tree, whole and pinned. */
export type MadeTree = {
  readonly tree: AssembledTree
  readonly record: Manifest
  readonly milliseconds: { readonly fetch: number; readonly encode: number }
}

type PipelineOptions = {
  readonly signal: AbortSignal
  /** Never goes back, whatever is repeated. */
  readonly onProgress: (progress: JobProgress) => void
}

export type JobPipeline = {
  run<Delivered>(order: ClaimedOrder<Delivered>, options: PipelineOptions): Promise<Delivered>
  /** Lets go of what the job kept here; resolves when its files are gone too. */
  release(job: JobId): Promise<void>
}

/** A segment of ours is some megabytes. */
const segmentLimitBytes = 256 * 1024 * 1024

/** A job that would fill the disk is stopped; it goes on from there when there is room. */
const diskWatch = { floorBytes: usualDiskFloorBytes, everyMs: 2_000 }

/** What is left to be done of a delivery when the tree stands. */
const treePercent = 10

/**
 * The one pipeline of encoding: claim, fetch, encode, pin, deliver. Each finished part goes into the block store at once and is
 * noted with its pins, so a crash costs what was being encoded and nothing before it.
 */
export function createJobPipeline(deps: PipelineDeps): JobPipeline {
  const { content, pieces, clock, workspaceOf, trees } = deps
  return {
    run: async (order, { signal, onProgress }) => {
      const { job, source } = order
      const workspace = workspaceOf(job)
      const tell = createSteadyProgress(clock, onProgress)
      const fetch = await order.fetch({
        signal,
        onProgress: (percent) => tell({ stage: 'downloading', percent }),
      })
      await using opened = await workspace.source(source, { signal, bring: order.bring })
      const { input } = opened
      const terms = await order.termsOf(input, opened.signal)
      const encoding = clock.now()
      const request = { source: input, terms }
      await using work = await openWork(deps, order, { request, signal: opened.signal })
      await encodeMissing(deps, work, { signal: opened.signal, onProgress: tell })
      const encode = clock.now() - encoding
      tell({ stage: 'uploading', percent: 0 })
      const bare = await work.draft()
      const record = terms.grid.range ? bare : await work.extras.addTo(bare)
      opened.signal.throwIfAborted()
      const tree = await assembleTree(record, content)
      content.pin(tree.root, job)
      trees.show(job, tree.root)
      tell({ stage: 'uploading', percent: treePercent })
      const delivered = await order.deliver(
        { tree, record, milliseconds: { fetch, encode } },
        {
          signal,
          onProgress: (percent) =>
            tell({
              stage: 'uploading',
              percent: treePercent + (percent * (100 - treePercent)) / 100,
            }),
        },
      )
      await workspace.remove()
      tell({ stage: 'uploading', percent: 100 })
      return delivered
    },
    release: async (job) => {
      pieces.remove(job)
      content.unpin(job)
      trees.forget(job)
      await workspaceOf(job).remove()
    },
  }
}

type Run = { readonly signal: AbortSignal; readonly onProgress: (progress: WorkProgress) => void }

/** What a job is encoded from, and what is finished of it. */
type Work = AsyncDisposable & {
  readonly job: JobId
  readonly engine: EncodingEngine
  readonly request: EncodeRequest
  readonly keeper: PieceKeeper
  readonly extras: JobExtras
  /** The record of what is finished by now; of the whole tree in the end. */
  readonly draft: () => Promise<Manifest>
}

async function openWork(
  deps: PipelineDeps,
  { job, engine }: Pick<Work, 'job' | 'engine'>,
  { request, signal }: { readonly request: EncodeRequest; readonly signal: AbortSignal },
): Promise<Work> {
  const { terms } = request
  const proof = await deps.engine.prove(terms.recipe, { signal })
  const keyOf = createPieceKeys(terms, proof.class)
  const keeper = await openPieceKeeper(deps, { job, terms, keyOf })
  const workspace = deps.workspaceOf(job)
  const extras = await openJobExtras(deps, { job, request, keeper, workspace, signal })
  return {
    ...{ job, engine, request, keeper, extras },
    draft: createDraft(deps, terms, { keeper, proof, signal }),
    [Symbol.asyncDispose]: () => extras[Symbol.asyncDispose](),
  }
}

async function encodeMissing(
  deps: PipelineDeps,
  { job, engine, request, keeper, extras, draft }: Work,
  { signal, onProgress }: Run,
): Promise<void> {
  const { grid } = request.terms
  const growing = createGrowingJob(deps, { job, grid }, draft)
  growing.grow()
  // What goes with the whole video is made by whoever puts its ranges together.
  const isWhole = grid.range === undefined
  if (isWhole) extras.begin()
  await using scratch = await deps.workspaceOf(job).scratch('parts')
  using guard = watchDisk({ ...diskWatch, directory: scratch.path }, freeSpace)
  const runCells = createCellRunner({ ...deps, engine })
  try {
    await runCells({
      request,
      directory: scratch.path,
      signal: AbortSignal.any([signal, guard.signal]),
      isFinished: keeper.isFinished,
      onFinished: async (work) => {
        if (isWhole) await extras.gather(work.segments)
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
  { content }: PipelineDeps,
  terms: EncodeRequest['terms'],
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
    for (const { name } of terms.ladder) {
      const [first] = keeper.segmentsOf(name)
      if (!first || codecs.has(name)) continue
      const init = keeper.initOf(name)
      const begun = init ? await read(init) : null
      codecs.set(name, streamName(terms.recipe, await read(first), begun))
    }
    const codecsOf = (name: string): string => codecs.get(name) ?? ''
    return buildManifest(terms, proof.class, { ...keeper, codecsOf })
  }
}
