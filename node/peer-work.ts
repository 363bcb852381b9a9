import { join } from 'node:path'
import { createAgentClaimStore } from '#market/adapters/sqlite/agent-store.ts'
import type { NodeDatabase } from '#market/adapters/sqlite/database.ts'
import {
  createCreatorJobStore,
  createEncoderJobStore,
  createSplitJobStore,
} from '#market/adapters/sqlite/job-stores.ts'
import { createPieceCache } from '#market/adapters/sqlite/piece-cache.ts'
import { createPieceStore } from '#market/adapters/sqlite/piece-store.ts'
import type { Cid, JobId } from '#protocol/ids.ts'
import { nodeJobOf } from './agent/agent-order.ts'
import type { FfmpegTools } from './encoding/ffmpeg-tools.ts'
import type { FlatBlockStore } from './ipfs/block-store.ts'
import type { Logger } from './logger.ts'
import type { PeerConfig } from './peer-config.ts'
import type { PeerHardware } from './peer-hardware.ts'
import type { PipelineDeps } from './processing/job-pipeline.ts'
import type { ProcessorDeps } from './processing/job-processor.ts'
import { createJobProcessor } from './processing/job-processor.ts'
import { createJobTrees } from './processing/job-trees.ts'
import { sourceHolders } from './processing/source-holders.ts'
import { startSourceWindows } from './processing/source-windows.ts'
import { createWorkspaces, removeAbandoned } from './processing/workspace.ts'
import { deliveredRoot } from './replication/replicator.ts'
import type { CheckerDeps } from './verification/delivery-checker.ts'
import { createDeliveryChecker } from './verification/delivery-checker.ts'

export type PeerWorkDeps = Pick<CheckerDeps, 'content' | 'engine' | 'ledger' | 'clock'> &
  Pick<PipelineDeps, 'state'> & {
    readonly database: NodeDatabase
    readonly blocks: FlatBlockStore
    readonly tools: FfmpegTools
    readonly hardware: Pick<PeerHardware, 'engineFor'>
    readonly log: (module: string) => Logger
  }

/** What a peer does with videos, whoever asks for it: its trees, its encodes and its checks. What is under way stops with the stack. */
export async function openPeerWork(
  stack: AsyncDisposableStack,
  { account, data, pollMs }: Pick<PeerConfig, 'account' | 'data' | 'pollMs'>,
  deps: PeerWorkDeps,
) {
  const { database, state, content, blocks, ledger, tools, engine, hardware, clock, log } = deps
  const work = join(data, 'work')
  await removeAbandoned(work, unfinishedJobs(database))
  const windows = stack.use(await startSourceWindows({ blocks, logger: log('windows') }))
  const workspaces = createWorkspaces(work, content, windows)
  const merged = mergedRoots(database)
  const trees = createJobTrees((job) => merged(job) ?? deliveredRoot(ledger, job))
  const encoding: PipelineDeps = {
    ...{ content, trees, tools, logger: log('jobs'), engine, state, clock },
    pieces: createPieceStore(database),
    cache: createPieceCache(database, clock),
    workspaceOf: (job) => workspaces(job, 'encode'),
  }
  const holdersOf: ProcessorDeps['holdersOf'] = (offer, creator) =>
    sourceHolders(ledger, offer, creator).filter((holder) => holder !== account)
  const processor = createJobProcessor({
    ...encoding,
    engineFor: (job) => hardware.engineFor(ledger.current().jobs.get(job)),
    holdersOf,
  })
  const { ffmpeg, ffprobe } = tools
  const checker = createDeliveryChecker(
    {
      ...{ content, trees, engine, ffmpeg, ffprobe, ledger, clock },
      workspaceOf: (job) => workspaces(job, 'check'),
    },
    { patienceMs: 600_000, pollMs: Math.min(pollMs, 1_000) },
  )
  return { trees, encoding, processor, checker }
}

function unfinishedJobs(database: NodeDatabase): readonly JobId[] {
  const stores = [
    createEncoderJobStore(database),
    createCreatorJobStore(database),
    createSplitJobStore(database),
  ]
  const claimed = createAgentClaimStore(database).all()
  return [
    ...stores.flatMap((jobs) => jobs.unfinished().map(({ id }) => id)),
    ...claimed.map(({ claim }) => nodeJobOf(claim)),
  ]
}

/** Of the wholes that were put together here. */
function mergedRoots(database: NodeDatabase): (id: JobId) => Cid | null {
  const splits = createSplitJobStore(database)
  return (id) => {
    const split = splits.find(id)
    return split?.phase === 'done' ? split.root : null
  }
}
