import type { JobBids, PostedJob } from '#protocol/api/control.ts'
import type { Bid, SealedBid } from '#protocol/bid.ts'
import type { Acknowledged } from '#protocol/calls.ts'
import type { Envelope } from '#protocol/envelope.ts'
import type { ChainTime, Cid, JobId, Sha256Hex } from '#protocol/ids.ts'
import type { Progress } from '#protocol/progress.ts'
import type { FinishedTree } from '../../ports/replication.ts'
import { eachApart } from '../apart.ts'
import { createAdvanceJob } from './advance-job.ts'
import {
  createAdvanceSplit,
  finishSplit,
  noteMergeFailure,
  withdrawUnneeded,
} from './advance-split.ts'
import { announceOffers } from './announce-offers.ts'
import { createAllowRelease } from './await-release.ts'
import { createChooseBid } from './choose-bid.ts'
import type { CreatorContext, CreatorDeps } from './creator-deps.ts'
import type { DisputeStatement } from './dispute-by-hand.ts'
import { createDisputeByHand } from './dispute-by-hand.ts'
import { createListBids } from './list-bids.ts'
import { listPosted } from './list-posted.ts'
import type { JobRequest } from './post-job.ts'
import { createPostJob } from './post-job.ts'
import { createProgressBoard } from './progress-board.ts'
import { createReceiveBid } from './receive-bid.ts'
import { createReceiveProgress } from './receive-progress.ts'
import { createReceiveSeal } from './receive-seal.ts'
import { recordVerdict } from './settle-job.ts'
import { lostAfterMs, standInForLost } from './stand-in.ts'
import { createEncoderWatch } from './watch-encoders.ts'

/** The creator's side of the market. */
export type Creator = {
  postJob(request: JobRequest, signal: AbortSignal): Promise<JobId>
  receiveBid(bid: Envelope<Bid>): Acknowledged
  receiveSeal(seal: Envelope<SealedBid>): Acknowledged
  receiveProgress(progress: Envelope<Progress>): Acknowledged
  /** The latest jobs of this node, the newest first. */
  posted(): readonly PostedJob[]
  /** The bids for a job, ranked and explained. */
  bidsFor(job: JobId): JobBids
  /** Awards the bid of that hash. */
  chooseBid(job: JobId, bid: Sha256Hex): void
  /** Pays for good work that waits for the owner's word. */
  allowRelease(job: JobId): void
  /** Calls the arbiter, or says more to it. */
  dispute(job: JobId, statement: DisputeStatement): void
  /** Moves every job as far as it can go. Called after each block, and after whatever else may have changed something. */
  advance(): void
}

export function createCreator(needs: CreatorDeps): Creator {
  let listeningSince: ChainTime | null = null
  const board = createProgressBoard()
  const deps: CreatorContext = {
    ...needs,
    listeningSince: () => listeningSince,
    heardOf: board.of,
  }
  const { background } = deps
  const postJob = createPostJob(deps)
  const receiveBid = createReceiveBid(deps)
  const advanceJob = createAdvanceJob(deps, (job) =>
    background.start(`check ${job}`, (signal) => checkJob(job, signal)),
  )
  const advanceSplit = createAdvanceSplit(deps, (split) =>
    background.start(
      `merge ${split}`,
      (signal) => mergeRanges(split, signal),
      (error) => noteMergeFailure(deps, split, error),
    ),
  )
  const announce = announceOffers(deps)
  const chooseBid = createChooseBid(deps)
  const allowRelease = createAllowRelease(deps)
  const watch = createEncoderWatch(deps, {
    lostAfterMs,
    onLost: (job) => {
      const { head } = deps.ledger.current()
      if (head) board.lose(job.id, head.time)
      standInForLost(deps, job)
    },
  })

  const checkJob = async (id: JobId, signal: AbortSignal): Promise<void> => {
    const posted = deps.jobs.find(id)
    if (posted?.phase !== 'checking') return
    const check = await deps.checker.check(id, posted.salt, {
      signal,
      onProgress: ({ stage, percent }) =>
        deps.events.append({
          type: 'check-progress',
          job: id,
          at: deps.clock.now(),
          stage,
          percent,
        }),
    })
    const root = deliveredRoot(id)
    if (check.verdict === 'pass' && root) await replicate({ job: id, root }, signal)
    deps.state.atomically(() => {
      const job = deps.jobs.find(id)
      if (job?.phase === 'checking') recordVerdict(deps, job, check)
    })
    advanceJob(id)
  }

  const mergeRanges = async (id: JobId, signal: AbortSignal): Promise<void> => {
    const split = deps.splits.find(id)
    if (split?.phase !== 'merging') return
    const trees = split.ranges.flatMap(({ won }) => won ?? [])
    const tree = await deps.merger.merge(split, trees, { signal })
    await replicate({ job: id, root: tree.root }, signal)
    deps.state.atomically(() => {
      if (deps.splits.find(id)?.phase === 'merging') finishSplit(deps, split, tree)
    })
  }

  /**
   * The tree is here and good: others are to have it before the money leaves the escrow, or before a whole counts as done, where they
   * can be had in time.
   */
  const replicate = async (tree: FinishedTree, signal: AbortSignal): Promise<void> => {
    const report = await deps.replicator?.replicate(tree, signal)
    const { job } = tree
    if (report) deps.events.append({ type: 'replicated', job, at: deps.clock.now(), ...report })
  }

  const deliveredRoot = (id: JobId): Cid | null => {
    const job = deps.ledger.current().jobs.get(id)
    return job && 'delivered' in job ? (job.delivered?.operation.root ?? null) : null
  }

  const advance = (): void => {
    if (!deps.ledger.isSynced()) return
    listeningSince ??= deps.ledger.current().head?.time ?? null
    const advanceJobs = (): void => eachApart(deps.jobs.unfinished(), ({ id }) => advanceJob(id))
    const advanceSplits = (): void =>
      eachApart(deps.splits.unfinished(), ({ id }) => advanceSplit(id))
    const withdraw = (): void => withdrawUnneeded(deps)
    eachApart([advanceJobs, advanceSplits, withdraw, announce, watch.look], (step) => step())
  }

  return {
    postJob: async (request, signal) => {
      const job = await postJob(request, signal)
      advance()
      return job
    },
    receiveBid: (bid) => {
      const answer = receiveBid(bid)
      advanceJob(bid.body.job)
      return answer
    },
    receiveSeal: createReceiveSeal(deps),
    receiveProgress: createReceiveProgress(deps, watch, board),
    posted: () => listPosted(deps),
    bidsFor: createListBids(deps),
    dispute: createDisputeByHand(deps),
    chooseBid: (job, bid) => {
      chooseBid(job, bid)
      advanceJob(job)
    },
    allowRelease: (job) => {
      allowRelease(job)
      advanceJob(job)
    },
    advance,
  }
}
