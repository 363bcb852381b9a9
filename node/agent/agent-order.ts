import { MarketError } from '#market/errors.ts'
import type { AgentClaim } from '#market/ports/agent-queue.ts'
import type { Clock } from '#market/ports/clock.ts'
import type { ContentStore, TransferOptions } from '#market/ports/content-store.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { EncodingFailure, EncodingResult } from '#market/ports/job-scheduler.ts'
import { encodingTerms } from '#market/services/encoding-terms.ts'
import { bytesToHex, utf8 } from '#protocol/canonical.ts'
import type { FailureClass } from '#protocol/encoding-job.ts'
import type { Cid } from '#protocol/ids.ts'
import { JobId } from '#protocol/ids.ts'
import { contractRecipe } from '#protocol/recipe.ts'
import { manifestName } from '../encoding/playlist.ts'
import type { ClaimedOrder } from '../processing/job-pipeline.ts'
import { sha256 } from '../sha256.ts'

export type AgentOrderDeps = {
  readonly content: Pick<ContentStore, 'pin' | 'sizes'>
  /** What encodes: the recipe's own engine, or one that uses hardware; its owner checks it himself. */
  readonly engine: EncodingEngine
  readonly fetchInput: (cid: Cid, options: TransferOptions) => Promise<void>
  /** Brings a finished tree to where its job came from; null where it stays here. */
  readonly pushTree:
    | ((claim: AgentClaim, root: Cid, options: TransferOptions) => Promise<void>)
    | null
  readonly clock: Clock
}

/** The name under which the node keeps what belongs to a job of a queue: one that no job on the chain has but by a collision of hashes. */
export function nodeJobOf({ jobId, owner }: Pick<AgentClaim, 'jobId' | 'owner'>): JobId {
  const hash = bytesToHex(sha256(utf8(`agent ${jobId}`)))
  return JobId.parse(`${owner}:${hash.slice(0, 16)}`)
}

/** A desktop agent's ends of the pipeline: what is to be encoded is measured here, and the tree goes to the job's queue. */
export function createAgentOrders(deps: AgentOrderDeps) {
  const { content, engine, fetchInput, pushTree, clock } = deps
  return (claim: AgentClaim): ClaimedOrder<EncodingResult> => {
    const { inputCid: cid, qualities } = claim
    const job = nodeJobOf(claim)
    const began = clock.now()
    return {
      ...{ job, source: cid, engine },
      fetch: async (options) => {
        content.pin(cid, job)
        await fetchInput(cid, options)
        return clock.now() - began
      },
      termsOf: async (path, signal) => {
        const profile = await engine.analyse(path, { signal })
        return await encodingTerms(
          engine,
          { path, cid, profile, recipe: contractRecipe, qualities },
          signal,
        )
      },
      deliver: async ({ tree, record }, options) => {
        await pushTree?.(claim, tree.root, options)
        return {
          outputCid: tree.root,
          manifestPath: manifestName,
          qualities: record.renditions.map(({ name }) => name),
          processingTimeSec: Math.round(clock.now() - began) / 1_000,
          outputSizeBytes: (await content.sizes(tree.root)).dagBytes,
        }
      },
    }
  }
}

/** What a queue is told of work that came to nothing. */
export function failureOf(error: unknown): EncodingFailure {
  if (!(error instanceof MarketError))
    return { class: 'device', message: 'Something went wrong in the agent; its log says what.' }
  return { class: classOf(error), message: error.message }
}

function classOf({ code }: MarketError): FailureClass {
  if (code.startsWith('input-')) return 'input-fatal'
  return classes[code] ?? 'device'
}

const classes: Readonly<Partial<Record<MarketError['code'], FailureClass>>> = {
  'unsupported-here': 'unsupported-here',
  'disk-full': 'resource',
  'memory-exceeded': 'resource',
  'content-unavailable': 'network',
  'tree-lacking': 'network',
  'content-corrupt': 'network',
  'peer-unreachable': 'network',
  cancelled: 'cancelled',
}
