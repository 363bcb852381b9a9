import type { ContentStore } from '#market/ports/content-store.ts'
import type { JobTrees } from '#market/ports/processing.ts'
import type { Cid } from '#protocol/ids.ts'
import type { Manifest } from '#protocol/manifest.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { segmentSpan } from '#protocol/range.ts'
import { playableLength, playablePart } from '../encoding/playable-part.ts'
import { growingFiles } from '../encoding/tree-files.ts'
import type { Logger } from '../logger.ts'
import { assembleFiles } from './tree.ts'

/** Trees that a job shows while it grows: each is made anew, so long videos grow in larger steps than a part. */
const mostTrees = 64

export type GrowingJobDeps = {
  readonly content: Pick<ContentStore, 'addBytes' | 'addDirectory' | 'sizes'>
  readonly trees: JobTrees
  readonly logger: Logger
}

/** A job's tree while its parts are being encoded. */
export type GrowingJob = {
  /** Shows what has been finished since. Nobody waits for it, and where it fails the next part brings it along. */
  grow(): void
  /** The newest tree that is shown; null before there is one. */
  root(): Cid | null
  /** Resolves when nothing is being shown any more. */
  settled(): Promise<void>
}

/**
 * Makes trees of what is finished, each of which can be watched from the beginning on. They name segments that are kept in
 * any case and are themselves kept by nobody: they are only read, never what is delivered.
 */
export function createGrowingJob(
  { content, trees, logger }: GrowingJobDeps,
  { job, grid }: Pick<JobOffer, 'job' | 'grid'>,
  draft: () => Promise<Manifest>,
): GrowingJob {
  const { segments: whole } = segmentSpan(grid)
  const step = Math.ceil(whole / mostTrees)
  let root: Cid | null = null
  let shown = 0
  let isBehind = false
  let showing: Promise<void> | null = null

  const show = async (): Promise<void> => {
    const part = playablePart(await draft())
    if (!part) return
    const length = playableLength(part)
    if (length === shown || (length < whole && length < shown + step)) return
    const tree = await assembleFiles(growingFiles(part), content)
    trees.show(job, tree.root)
    root = tree.root
    shown = length
  }

  const catchUp = async (): Promise<void> => {
    while (isBehind) {
      isBehind = false
      await show().catch((error: unknown) => logger.warn('growing tree not shown', { job }, error))
    }
    showing = null
  }

  return {
    grow: () => {
      isBehind = true
      showing ??= catchUp()
    },
    root: () => root,
    settled: async () => {
      await showing
    },
  }
}
