import { CarBlockIterator } from '@ipld/car/iterator'
import Router from '@koa/router'
import type { Context } from 'koa'
import { mount, mountRaw, noteCallers } from '#market/api/mount.ts'
import { readBody } from '#market/api/read-body.ts'
import { settled } from '#market/api/refusals.ts'
import { ownEncoder } from '#market/api/routes/callers.ts'
import { MarketError } from '#market/errors.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { EncoderDirectory } from '#market/ports/encoder-directory.ts'
import type { JobScheduler } from '#market/ports/job-scheduler.ts'
import {
  archiveLimitBytes,
  bringBlocksRoute,
  keepTreeRoute,
  lackingRoute,
} from '#protocol/api/trees.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import type { Cid, HiveAccount } from '#protocol/ids.ts'
import type { FreeSpace } from '../encoding/disk-guard.ts'
import { requireSpace, usualDiskFloorBytes } from '../encoding/disk-guard.ts'
import type { FlatBlockStore } from '../ipfs/block-store.ts'
import { isBlockOf } from '../ipfs/block-store.ts'
import { blockLimitBytes, linksOf, parseCid } from '../ipfs/dag.ts'
import { formatTreeOwner } from './tree-owner.ts'

export type TreeIntakeDeps = {
  readonly scheduler: Pick<JobScheduler, 'renewLease'>
  readonly encoders: EncoderDirectory
  readonly accountOf: (authorization: string) => Promise<HiveAccount | null>
  readonly content: Pick<ContentStore, 'isWhole' | 'pin'>
  readonly blocks: FlatBlockStore
  readonly free: FreeSpace
}

type Shown = {
  readonly jobId: EncodingJobId
  readonly encoderId: string
  readonly fencingToken: number
}

export type TreeIntakeOptions = {
  /** Whose disk the blocks go to. */
  readonly directory: string
  /** The most that one job may bring. */
  readonly jobBytes: number
}

/** Bytes come more slowly than a small text does. */
const archiveMs = 300_000
/** Jobs whose bytes are counted at a time. */
const mostCounted = 10_000

/**
 * Takes in the trees that encoders make, block by block, and keeps them for their jobs: each call has to show a lease that holds, and
 * renews it. Blocks are verified before they are kept; a tree is kept when all of it is here.
 */
export function createTreeIntake(deps: TreeIntakeDeps, options: TreeIntakeOptions): Router {
  const { scheduler, encoders, accountOf, content, blocks } = deps
  const brought = new Map<EncodingJobId, number>()

  const requireHeld = async (shown: Shown, authorization: string): Promise<void> => {
    const { id } = await ownEncoder(encoders, shown.encoderId, await accountOf(authorization))
    const lease = { job: shown.jobId, encoder: id, fencingToken: shown.fencingToken }
    settled(await scheduler.renewLease(lease))
  }
  /** Throws `quota-exceeded` where a job brings more than any tree has. */
  const count = (job: EncodingJobId, bytes: number): void => {
    const sum = (brought.get(job) ?? 0) + bytes
    if (sum > options.jobBytes)
      throw new MarketError('quota-exceeded', 'The job has brought more than a tree may have.')
    brought.delete(job)
    brought.set(job, sum)
    const [oldest] = brought.keys()
    if (brought.size > mostCounted && oldest !== undefined) brought.delete(oldest)
  }
  const takeArchive = async (context: Context, { query }: { readonly query: Shown }) => {
    await requireHeld(query, context.get('authorization'))
    const disk = { directory: options.directory, floorBytes: usualDiskFloorBytes }
    await requireSpace(archiveLimitBytes, disk, deps.free)
    const limits = { bytes: archiveLimitBytes, milliseconds: archiveMs }
    const archive = await readBody(context.req, limits)
    count(query.jobId, archive.length)
    await keepBlocks(blocks, archive)
    context.status = 204
  }

  const router = new Router()
  router.use(noteCallers(accountOf))
  mount(router, lackingRoute, async ({ body, authorization }) => {
    await requireHeld(body, authorization)
    const lacking: Cid[] = []
    // One after the other, since each is read: what is here is sound, and no garbage while it waits for the rest.
    for (const id of body.blocks)
      if ((await blocks.soundSize(parseCid(id))) === null) lacking.push(id)
    return { lacking }
  })
  mount(router, keepTreeRoute, async ({ body, authorization }) => {
    await requireHeld(body, authorization)
    if (!(await content.isWhole(body.root)))
      throw new MarketError('tree-lacking', 'The tree is not whole here yet.')
    const { jobId: job, fencingToken } = body
    content.pin(body.root, formatTreeOwner({ type: 'handed', job, fencingToken }))
    return {}
  })
  mountRaw(router, bringBlocksRoute, takeArchive)
  return router
}

async function keepBlocks(blocks: FlatBlockStore, archive: Uint8Array): Promise<void> {
  try {
    for await (const { cid, bytes } of await CarBlockIterator.fromBytes(archive)) {
      if (bytes.length > blockLimitBytes || !isBlockOf(cid, bytes))
        throw new RangeError(`${cid} names other bytes`)
      linksOf(cid, bytes)
      await blocks.put(cid, bytes)
    }
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw error
    throw badArchive(error)
  }
}

function badArchive(cause: unknown): MarketError {
  const message = 'This is no archive of blocks as this network has them.'
  return new MarketError('request-invalid', message, {}, { cause })
}
