import type { PinStore } from '#market/adapters/sqlite/pin-store.ts'
import { isEnded } from '#market/domain/job-phases.ts'
import type { EncodingJob, JobScheduler } from '#market/ports/job-scheduler.ts'
import type { Cid } from '#protocol/ids.ts'
import { pause } from '../chain/hive-rpc.ts'
import type { FlatBlockStore } from '../ipfs/block-store.ts'
import { collectGarbage } from '../ipfs/garbage.ts'
import type { Logger } from '../logger.ts'
import { soughtSeconds } from './market-trees.ts'
import type { TreeOwner } from './tree-owner.ts'
import { parseTreeOwner } from './tree-owner.ts'

export type ForgetTreesDeps = {
  readonly scheduler: Pick<JobScheduler, 'find'>
  readonly pins: PinStore
  readonly now: () => number
}

/**
 * Lets go of the trees of jobs that came to nothing: failed, cancelled or expired ones, and of leases that were lost or whose tree is not
 * the one that the job ended with. What nothing else keeps is garbage from then on. Resolves to how many pins that were.
 */
export function createForgetTrees({ scheduler, pins, now }: ForgetTreesDeps) {
  /** Owners that nothing will change about, so that nobody asks again. */
  const decided = new Set<string>()
  return async (): Promise<number> => {
    let forgotten = 0
    for (const [owner, roots] of Map.groupBy(pins.all(), (pin) => pin.owner)) {
      const of = decided.has(owner) ? null : parseTreeOwner(owner)
      if (!of) continue
      const kept = roots.map(({ cid }) => cid)
      const fate = fateOf(of, { job: await scheduler.find(of.job), kept, now: now() })
      if (fate === 'keep') decided.add(owner)
      if (fate !== 'forget') continue
      pins.unpin(owner)
      forgotten += 1
    }
    return forgotten
  }
}

type Fate = 'keep' | 'wait' | 'forget'

function fateOf(
  owner: TreeOwner,
  known: { readonly job: EncodingJob | null; readonly kept: readonly Cid[]; readonly now: number },
): Fate {
  const { job, kept, now } = known
  if (owner.type === 'coming') return isSought(job, now) ? 'wait' : 'forget'
  // It ended so long ago that the queue has forgotten it, and was decided about while it was known.
  if (!job) return 'keep'
  const { phase, result, marketJob, fencingToken } = job
  if (owner.type === 'delivered') {
    if (!isEnded(phase)) return 'wait'
    // What the chain has delivered is its creator's, whatever became of the job here.
    return phase === 'completed' || marketJob !== null ? 'keep' : 'forget'
  }
  if (phase === 'completed') return result && kept.includes(result.outputCid) ? 'keep' : 'forget'
  return phase === 'leased' && fencingToken === owner.fencingToken ? 'wait' : 'forget'
}

/** A tree that is on its way is sought for some days after its delivery. */
function isSought(job: EncodingJob | null, now: number): boolean {
  if (!job) return false
  return !job.finishedAt || job.finishedAt.getTime() > now - 1_000 * soughtSeconds
}

const roundMs = 60_000
/** A round through all blocks once a day. */
const collectEvery = 1_440

/** Forgets trees each minute, and collects garbage at the start and once a day. */
export async function forgetTreesAgain(
  {
    blocks,
    logger,
    ...deps
  }: ForgetTreesDeps & {
    readonly blocks: FlatBlockStore
    readonly logger: Logger
  },
  signal: AbortSignal,
): Promise<void> {
  const forgetTrees = createForgetTrees(deps)
  for (let round = 0; !signal.aborted; round += 1) {
    try {
      const trees = await forgetTrees()
      if (trees > 0) logger.info('trees let go', { trees })
      if (round % collectEvery === 0) {
        const { removed, unknown } = await collectGarbage(blocks, deps.pins)
        logger.info('garbage collected', { blocks: removed, unknown: unknown.length })
      }
    } catch (error) {
      if (!signal.aborted) logger.warn('trees not let go', {}, error)
    }
    await pause(roundMs, signal)
  }
}
