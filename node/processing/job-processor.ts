import { leavesOf, merkleRoot, summariesOf } from '#contracts/merkle.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { JobProcessor } from '#market/ports/processing.ts'
import { bytesToHex } from '#protocol/canonical.ts'
import type { JobDeliver } from '#protocol/delivery.ts'
import type { JobId } from '#protocol/ids.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import { sha256 } from '../sha256.ts'
import type { MadeTree, PipelineDeps } from './job-pipeline.ts'
import { createJobPipeline } from './job-pipeline.ts'
import type { HoldersOf } from './source-fetch.ts'
import { createSourceFetch } from './source-fetch.ts'

export type ProcessorDeps = PipelineDeps & {
  /** What encodes a job: the same engine, or one that uses hardware. */
  readonly engineFor: (job: JobId) => EncodingEngine
  /** Who has a job's source; absent for its creator alone. */
  readonly holdersOf?: HoldersOf
}

/** The market's end of the pipeline: terms and source are the offer's, and what is delivered is a commitment, ready to be signed. */
export function createJobProcessor(deps: ProcessorDeps): JobProcessor {
  const fetchSource = createSourceFetch(deps)
  const pipeline = createJobPipeline(deps)
  return {
    prefetch: async (offer, creator, signal) => {
      await fetchSource.fetch(offer, creator, { signal, onProgress: () => undefined })
    },
    process: (offer, creator, options) =>
      pipeline.run(
        {
          job: offer.job,
          source: offer.source.cid,
          engine: deps.engineFor(offer.job),
          fetch: (transfer) => fetchSource.fetch(offer, creator, transfer),
          bring: fetchSource.bringing(offer, creator),
          termsOf: async () => offer,
          deliver: async (made) => deliveryOf(offer.job, made),
        },
        options,
      ),
    release: (job) => {
      fetchSource.forget(job)
      void pipeline.release(job)
    },
  }
}

function deliveryOf(job: JobId, { tree, record, milliseconds }: MadeTree): JobDeliver {
  const leaves = leavesOf(record)
  return {
    v: 1,
    t: 'job.deliver',
    job,
    root: tree.root,
    manifest: tree.manifest,
    merkleRoot: Sha256Hex.parse(bytesToHex(merkleRoot(leaves, sha256))),
    leaves: leaves.length,
    renditions: summariesOf(record),
    milliseconds,
  }
}
