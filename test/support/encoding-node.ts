import path from 'node:path'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createPieceCache } from '#market/adapters/sqlite/piece-cache.ts'
import { createPieceStore } from '#market/adapters/sqlite/piece-store.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncodeRequest, EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { JobProcessor, RangeMerger } from '#market/ports/processing.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { createGatewayRouter } from '#node/gateway/gateway.ts'
import { createJobsRouter } from '#node/gateway/jobs.ts'
import { startHttpServer } from '#node/http-server.ts'
import { openBlockStore } from '#node/ipfs/block-store.ts'
import { createLogger } from '#node/logger.ts'
import { createJobProcessor } from '#node/processing/job-processor.ts'
import type { ShownTrees } from '#node/processing/job-trees.ts'
import { createJobTrees } from '#node/processing/job-trees.ts'
import { createRangeMerger } from '#node/processing/range-merger.ts'
import { startSourceWindows } from '#node/processing/source-windows.ts'
import { createWorkspaces } from '#node/processing/workspace.ts'
import type { JobId } from '#protocol/ids.ts'
import type { JobOffer } from '#protocol/offer.ts'
import { anOffer } from './builders.ts'
import { makeFolder, untroubled } from './ffmpeg.ts'
import { loneContent } from './lone-content.ts'

/** What a node encodes with and serves from: everything but network and chain. */
export type EncodingNode = AsyncDisposable & {
  readonly content: ContentStore
  readonly trees: ShownTrees
  readonly processor: JobProcessor
  /** Puts ranges together that are in its store. */
  readonly merger: RangeMerger
  /** Address of its gateway. */
  readonly url: string
  /** Takes a request's source into the node's store, and resolves to the offer of it. */
  offer(request: EncodeRequest): Promise<JobOffer>
  /** A text of the gateway; null where it is refused. */
  read(address: string): Promise<string | null>
}

export async function openEncodingNode(
  engine: EncodingEngine,
  tools: FfmpegTools,
  watched: (content: ContentStore) => ContentStore = (content) => content,
  /** Where its blocks are; nodes of one place have them in common. */
  place?: string,
): Promise<EncodingNode> {
  const folder = await makeFolder()
  await using starting = new AsyncDisposableStack()
  const { database, state } = starting.use(openDatabase(path.join(folder, 'node.sqlite')))
  const blocks = await openBlockStore(place ?? path.join(folder, 'blocks'))
  const content = watched(loneContent(blocks))
  const clock = { now: Date.now }
  const logger = createLogger({ level: 'silent', name: 'test' })
  const windows = starting.use(await startSourceWindows({ blocks, logger }))
  const workspaces = createWorkspaces(path.join(folder, 'work'), content, windows)
  const trees = createJobTrees(() => null)
  const processor = createJobProcessor({
    content,
    engine,
    tools,
    engineFor: () => engine,
    pieces: createPieceStore(database),
    cache: createPieceCache(database, clock),
    state,
    clock,
    logger,
    trees,
    workspaceOf: (job) => workspaces(job, 'encode'),
  })
  const workspaceOf = (job: JobId) => workspaces(job, 'encode')
  const merger = createRangeMerger({ content, tools, workspaceOf, trees, logger })
  const routers = [createGatewayRouter(blocks), createJobsRouter(blocks, trees.rootOf)]
  const { url } = starting.use(await startHttpServer({ routers, logger }, 0))
  const stack = starting.move()
  return {
    content,
    trees,
    processor,
    merger,
    url,
    offer: async ({ source, terms }) => {
      const { cid } = await content.addFile(source, { signal: untroubled })
      return anOffer({ ...terms, source: { ...terms.source, cid } })
    },
    read: async (address) => {
      const response = await fetch(new URL(address, url))
      const text = await response.text()
      return response.ok ? text : null
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
