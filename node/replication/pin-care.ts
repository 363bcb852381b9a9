import type { CID } from 'multiformats/cid'
import type { PinStore } from '#market/adapters/sqlite/pin-store.ts'
import type { ContentStore } from '#market/ports/content-store.ts'
import type { LedgerView } from '#market/ports/ledger-view.ts'
import type { MarketNetwork } from '#market/ports/market-network.ts'
import type { FinishedTree, Replicator } from '#market/ports/replication.ts'
import type { Collected, PinGroup, PinList, TreeCheck, TreeRepair } from '#protocol/api/pins.ts'
import type { Cid, HiveAccount } from '#protocol/ids.ts'
import { JobId, jobCreator } from '#protocol/ids.ts'
import { replicaUntil } from '#protocol/replica-term.ts'
import type { FlatBlockStore } from '../ipfs/block-store.ts'
import { isBlockOf } from '../ipfs/block-store.ts'
import { isLeaf, linksOf, parseCid } from '../ipfs/dag.ts'
import { collectGarbage } from '../ipfs/garbage.ts'
import type { Logger } from '../logger.ts'
import type { Bans } from '../p2p/bans.ts'
import type { BlockStreams } from '../p2p/block-streams.ts'
import { replicaPrefix, replicasIn } from './replica-keeper.ts'
import { gatewaysFor } from './replicator.ts'
import { claimOf, claimsOf } from './tree-claim.ts'

export type PinCareDeps = {
  readonly account: HiveAccount
  readonly blocks: FlatBlockStore
  readonly content: Pick<ContentStore, 'fetch' | 'isWhole' | 'sizes'>
  readonly pins: PinStore
  readonly ledger: LedgerView
  readonly network: Pick<MarketNetwork, 'call'>
  readonly streams: BlockStreams
  readonly bans: Pick<Bans, 'all'>
  /** Null on a node that is no creator's. */
  readonly replicator: Replicator | null
  /** From 0 up to, not including, the given number. */
  readonly random: (below: number) => number
  readonly logger: Logger
}

/** What an owner may do about what its node keeps. */
export type PinCare = {
  list(): Promise<PinList>
  /** Reads random blocks of every finished tree again: from the disk, and from each gateway that says it keeps the tree. */
  verify(samples: number, signal: AbortSignal): Promise<readonly TreeCheck[]>
  /** Brings what is missing or spoilt of finished trees, and has gateways keep them anew. */
  repair(signal: AbortSignal): Promise<readonly TreeRepair[]>
  /** Removes blocks below no pin. */
  collect(): Promise<Collected>
}

export function createPinCare(deps: PinCareDeps): PinCare {
  const { account, blocks, content, pins, ledger, replicator, random, logger } = deps

  const trees = (): readonly FinishedTree[] => {
    const pinned = pins.all().flatMap(({ cid, owner }) => {
      const job = JobId.safeParse(owner.replace(replicaPrefix, ''))
      return job.success ? [{ job: job.data, root: cid }] : []
    })
    const claims = claimsOf(
      ledger,
      pinned.map(({ job }) => job),
    )
    const isTree = ({ job, root }: FinishedTree): boolean => {
      const claim = claims.get(job)
      // Whoever puts a whole together keeps its source under the same name.
      return (
        claim !== undefined && (claim.root === null ? root !== claim.source : root === claim.root)
      )
    }
    return [...new Map(pinned.filter(isTree).map((tree) => [tree.job, tree])).values()]
  }

  const lookHere = async (sample: readonly CID[]): Promise<TreeCheck['own']> => {
    let faulty = 0
    for (const cid of sample) faulty += (await isReadable(blocks, cid)) ? 0 : 1
    return { looked: sample.length, faulty }
  }

  const lookAt = async (
    gateway: HiveAccount,
    sample: readonly CID[],
    signal: AbortSignal,
  ): Promise<number> => {
    let sound = 0
    try {
      await using stream = await deps.streams.open(gateway, signal)
      for (const cid of sample)
        for await (const block of stream.request([cid])) {
          if (isBlockOf(cid, block)) sound += 1
          else if (block.length > 0) stream.lied(cid)
        }
    } catch (error) {
      signal.throwIfAborted()
      logger.warn('replica not looked at', { gateway }, error)
    }
    return sample.length - sound
  }

  const replicasOf = async ({ job, root }: FinishedTree): Promise<readonly HiveAccount[]> => {
    if (jobCreator(job) !== account) return []
    const gateways = gatewaysFor(ledger, root, account)
    const answers = await Promise.all(
      gateways.map((gateway) =>
        deps.network.call(gateway, 'replicate', { job, root }).catch(() => null),
      ),
    )
    return gateways.filter((_, index) => answers[index]?.state === 'kept')
  }

  const mend = async (
    { job, root }: FinishedTree,
    signal: AbortSignal,
  ): Promise<TreeRepair['state']> => {
    if (await content.isWhole(root)) return 'whole'
    const claim = claimOf(ledger, job)
    if (!claim) return 'lacking'
    const holders = [...claim.makers, jobCreator(job), ...gatewaysFor(ledger, root, account)]
    const from = holders.filter((each) => each !== account)
    try {
      await content.fetch(root, from, { signal, ...claim.bytes })
      return 'repaired'
    } catch (error) {
      signal.throwIfAborted()
      logger.warn('tree not repaired', { job, root }, error)
      return 'lacking'
    }
  }

  return {
    list: async () => {
      const groups = new Map<string, PinGroup>()
      for (const { cid, owner } of pins.all()) {
        const name = owner.startsWith('cache:') ? 'cache' : owner
        const known = groups.get(name) ?? { owner: name, ids: 0, bytes: 0, missing: 0 }
        const sizes = await content.sizes(cid).catch(() => null)
        groups.set(name, {
          owner: name,
          ids: known.ids + 1,
          bytes: known.bytes + (sizes?.dagBytes ?? 0),
          missing: known.missing + (sizes ? 0 : 1),
        })
      }
      for (const [job, { deliveredAt }] of claimsOf(ledger, replicasIn(pins))) {
        const group = groups.get(`${replicaPrefix}${job}`)
        if (group) groups.set(group.owner, { ...group, until: 1_000 * replicaUntil(deliveredAt) })
      }
      return { groups: [...groups.values()], banned: [...deps.bans.all()] }
    },
    verify: async (samples, signal) => {
      const checks: TreeCheck[] = []
      for (const tree of trees()) {
        signal.throwIfAborted()
        const sample = drawn(await leavesBelow(blocks, tree.root), samples, random)
        const replicas = await replicasOf(tree)
        checks.push({
          ...tree,
          own: await lookHere(sample),
          replicas: await Promise.all(
            replicas.map(async (gateway) => ({
              gateway,
              looked: sample.length,
              faulty: await lookAt(gateway, sample, signal),
            })),
          ),
        })
      }
      return checks
    },
    repair: async (signal) => {
      const repairs: TreeRepair[] = []
      for (const tree of trees()) {
        const state = await mend(tree, signal)
        const isOwn = jobCreator(tree.job) === account && state !== 'lacking'
        const replicas = (isOwn && (await replicator?.replicate(tree, signal))) || null
        repairs.push({ ...tree, state, replicas })
      }
      return repairs
    },
    collect: () => collectGarbage(blocks, pins),
  }
}

async function isReadable(blocks: FlatBlockStore, cid: CID): Promise<boolean> {
  return blocks.read(cid).then(
    () => true,
    () => false,
  )
}

/** Ids of the leaves of a tree, as far as its structure is here; what is missing of that is among them. */
async function leavesBelow(blocks: FlatBlockStore, root: Cid): Promise<readonly CID[]> {
  const leaves = new Map<string, CID>()
  const open = [parseCid(root)]
  for (let cid = open.pop(); cid; cid = open.pop()) {
    const block = isLeaf(cid) ? null : await blocks.read(cid).catch(() => null)
    if (block) open.push(...linksOf(cid, block))
    else leaves.set(cid.toString(), cid)
  }
  return [...leaves.values()]
}

/** Some of them, each at most once. */
function drawn(all: readonly CID[], count: number, random: PinCareDeps['random']): readonly CID[] {
  const left = [...all]
  const sample: CID[] = []
  while (left.length > 0 && sample.length < count)
    sample.push(...left.splice(random(left.length), 1))
  return sample
}
