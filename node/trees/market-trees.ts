import type { PinStore } from '#market/adapters/sqlite/pin-store.ts'
import { treeBytesLimit } from '#market/domain/segment-rate.ts'
import { MarketError } from '#market/errors.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { DeliveredTree, DeliveredTrees } from '#market/ports/delivered-trees.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import { pause } from '../chain/hive-rpc.ts'
import type { FreeSpace } from '../encoding/disk-guard.ts'
import { requireSpace, usualDiskFloorBytes } from '../encoding/disk-guard.ts'
import type { Logger } from '../logger.ts'
import { promisedBytes } from '../replication/promised-bytes.ts'
import { formatTreeOwner } from './tree-owner.ts'

export type MarketTreesDeps = {
  readonly delivered: DeliveredTrees
  readonly content: Pick<ContentStore, 'fetch' | 'pin' | 'unpin'>
  readonly pins: Pick<PinStore, 'all'>
  readonly free: FreeSpace
  readonly now: () => number
  readonly logger: Logger
}

export type MarketTreesOptions = {
  /** Whose disk the trees go to. */
  readonly directory: string
  /** The most that one tree may have. */
  readonly treeBytes: number
  /** The most that is brought for one owner within the time for which trees are sought. */
  readonly ownerBytes: number
  /** Milliseconds between two looks. */
  readonly everyMs: number
}

/** Seconds after a delivery for which its tree is sought, where nobody has given it. */
export const soughtSeconds = 7 * 86_400
const mostSought = 100
/** Milliseconds until a tree that could not be had is tried again, twice as long each further time. */
const firstRetryMs = 5_000
const longestRetryMs = 3_600_000

/**
 * Brings what the community delivers for jobs of this queue to the indexer's gateway: their owners may run no node, and want to look at
 * the work before they pay for it. A tree is kept for good once it is whole here; a start goes on with what is not.
 */
export async function keepMarketTrees(
  deps: MarketTreesDeps,
  options: MarketTreesOptions,
  signal: AbortSignal,
): Promise<void> {
  const { delivered, now, logger } = deps
  const kept = new Set(keptOwners(deps.pins))
  const tries = new Map<EncodingJobId, { readonly failures: number; readonly at: number }>()
  const isDue = ({ job }: DeliveredTree): boolean =>
    !kept.has(ownerOf(job)) && (tries.get(job)?.at ?? 0) <= now()

  const bring = async (tree: DeliveredTree, all: readonly DeliveredTree[]): Promise<void> => {
    const { creator } = tree.chain
    const others = all.filter(
      ({ job, chain }) => chain.creator === creator && kept.has(ownerOf(job)),
    )
    try {
      const used = others.reduce((sum, { chain }) => sum + bytesOf(chain), 0)
      if (used + bytesOf(tree.chain) > options.ownerBytes)
        throw new MarketError('quota-exceeded', `There is no more room here for @${creator}.`)
      await fetchTree(deps, tree, { ...options, signal })
      kept.add(ownerOf(tree.job))
      tries.delete(tree.job)
    } catch (error) {
      if (signal.aborted) return
      const failures = (tries.get(tree.job)?.failures ?? 0) + 1
      const rest = Math.min(longestRetryMs, firstRetryMs * 2 ** (failures - 1))
      tries.set(tree.job, { failures, at: now() + rest })
      logger.warn('tree not brought', { job: tree.job, again: `in ${rest / 1_000} s` }, error)
    }
  }

  while (!signal.aborted) {
    const since = Math.floor(now() / 1_000) - soughtSeconds
    const trees = await delivered.since(since, mostSought).catch((error: unknown) => {
      logger.warn('deliveries not read', {}, error)
      return []
    })
    for (const tree of trees.filter(isDue)) if (!signal.aborted) await bring(tree, trees)
    await pause(options.everyMs, signal)
  }
}

async function fetchTree(
  { content, free, logger }: MarketTreesDeps,
  { job, chain }: DeliveredTree,
  { directory, treeBytes, signal }: MarketTreesOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const { root } = chain.delivered.operation
  const bytes = promisedBytes(chain.offer, chain.delivered)
  if (bytes.expectedBytes > Math.min(treeBytes, treeBytesLimit(chain.offer)))
    throw new MarketError('quota-exceeded', 'The delivery is larger than its job can need.')
  const disk = { directory, floorBytes: usualDiskFloorBytes }
  await requireSpace(bytes.expectedBytes + bytes.extraBytes, disk, free)
  const meanwhile = formatTreeOwner({ type: 'coming', job })
  content.pin(root, meanwhile)
  try {
    const from = [chain.award.encoder, chain.creator]
    const { blocks } = await content.fetch(root, from, { ...bytes, signal })
    content.pin(root, ownerOf(job))
    logger.info('tree is here', { job, root, blocks })
  } finally {
    content.unpin(meanwhile)
  }
}

function bytesOf({ offer, delivered }: DeliveredTree['chain']): number {
  return promisedBytes(offer, delivered).expectedBytes
}

function ownerOf(job: EncodingJobId): string {
  return formatTreeOwner({ type: 'delivered', job })
}

function keptOwners(pins: Pick<PinStore, 'all'>): readonly string[] {
  return pins.all().map(({ owner }) => owner)
}
