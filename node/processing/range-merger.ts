import { treeBytesLimit } from '#market/domain/segment-rate.ts'
import type { SplitJob } from '#market/domain/split-job.ts'
import { MarketError } from '#market/errors.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { JobTrees, RangeMerger, RangeTree } from '#market/ports/processing.ts'
import { segmentCount } from '#protocol/grid.ts'
import type { JobId } from '#protocol/ids.ts'
import { Manifest } from '#protocol/manifest.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'
import { mergeRanges } from '../encoding/merge-ranges.ts'
import type { Logger } from '../logger.ts'
import { isOfTerms } from '../verification/manifest-check.ts'
import { openJobExtras } from './job-extras.ts'
import { assembleTree } from './tree.ts'
import type { Workspace } from './workspace.ts'

export type RangeMergerDeps = {
  readonly content: ContentStore
  readonly tools: Pick<FfmpegTools, 'ffmpeg' | 'ffprobe'>
  readonly workspaceOf: (job: JobId) => Workspace
  readonly trees: JobTrees
  readonly logger: Logger
}

/** The most that a manifest takes for each of its segments, and besides. */
const manifestFixedBytes = 65_536
const manifestLeafBytes = 256

/** The creator's last step with a video that was sold in ranges. Poster, storyboard and subtitles are made here, as an encoder makes them. */
export function createRangeMerger(deps: RangeMergerDeps): RangeMerger {
  const { content, trees, workspaceOf } = deps
  return {
    merge: async (whole, ranges, { signal }) => {
      const records: Manifest[] = []
      for (const range of ranges) records.push(await readRange(deps, whole, range, signal))
      const merged = requireOfWhole(mergeRanges(records), whole)
      const workspace = workspaceOf(whole.id)
      const record = await withExtras(deps, whole, { merged, workspace, signal })
      const tree = await assembleTree(record, content)
      content.pin(tree.root, whole.id)
      trees.show(whole.id, tree.root)
      await workspace.remove()
      return tree
    },
  }
}

type Whole = Pick<SplitJob, 'id' | 'terms' | 'class'>

/** Here since its check; brought once more where the check was the arbiter's alone. */
async function readRange(
  { content }: RangeMergerDeps,
  { terms }: Whole,
  { root, manifest, encoder }: RangeTree,
  signal: AbortSignal,
): Promise<Manifest> {
  if (!(await content.isWhole(root)))
    await content.fetch(root, [encoder], { signal, expectedBytes: treeBytesLimit(terms) })
  const leaves = segmentCount(terms.grid) * (terms.ladder.length + 1)
  const limitBytes = manifestFixedBytes + manifestLeafBytes * leaves
  const text = await content.read(manifest, { limitBytes, signal })
  return Manifest.parse(JSON.parse(Buffer.from(text).toString('utf8')))
}

function requireOfWhole(merged: Manifest, { terms, class: cid }: Whole): Manifest {
  if (merged.class.cid === cid && isOfTerms(merged, terms)) return merged
  throw new MarketError('ranges-differ', 'The ranges make another video than was asked for.')
}

type Merging = {
  readonly merged: Manifest
  readonly workspace: Workspace
  readonly signal: AbortSignal
}

async function withExtras(
  deps: RangeMergerDeps,
  { id: job, terms }: Whole,
  { merged, workspace, signal }: Merging,
): Promise<Manifest> {
  await using opened = await workspace.source(terms.source.cid, { signal })
  const recordOf = (name: string) => merged.renditions.find((rendition) => rendition.name === name)
  const keeper = {
    segmentsOf: (name: string) => recordOf(name)?.segments ?? [],
    initOf: (name: string) => recordOf(name)?.init ?? null,
  }
  const request = { source: opened.input, terms }
  const options = { job, request, keeper, workspace, signal: opened.signal }
  await using extras = await openJobExtras(deps, options)
  const record = await extras.addTo(merged)
  opened.signal.throwIfAborted()
  return record
}
