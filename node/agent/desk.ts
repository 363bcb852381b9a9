import type { AgentClaimStore } from '#market/adapters/sqlite/agent-store.ts'
import { overallProgress } from '#market/domain/stage-progress.ts'
import { MarketError } from '#market/errors.ts'
import type { AgentClaim, AgentQueue } from '#market/ports/agent-queue.ts'
import type { Clock } from '#market/ports/clock.ts'
import type {
  EncodingFailure,
  EncodingResult,
  ProgressReport,
} from '#market/ports/job-scheduler.ts'
import type { AgentHealth, AgentJob } from '#protocol/api/desktop.ts'
import type { EndedWork, WorkView } from '#protocol/api/desktop-owner.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import type { JobPipeline } from '../processing/job-pipeline.ts'
import { nodeJobOf } from './agent-order.ts'
import type { ClaimWorkDeps } from './claim-work.ts'
import { createClaimWork, isUnreachable } from './claim-work.ts'
import type { Claimer, CurrentWork } from './current-work.ts'
import { nothingYet, reportOf, viewOf } from './current-work.ts'
import { keepLease } from './keep-lease.ts'
import { createResumeClaim } from './resume-claim.ts'
import { createRounds } from './rounds.ts'

export type DeskDeps = Pick<ClaimWorkDeps, 'orderOf' | 'logger'> & {
  readonly queue: AgentQueue
  readonly claims: AgentClaimStore
  readonly pipeline: JobPipeline
  readonly clock: Clock
}

export type DeskOptions = {
  /** Between two looks at an empty queue. */
  readonly pollMs: number
  readonly beatMs: number
  readonly renewMs: number
  readonly reportMs: number
  /** How long somebody who has taken a job's work over may be silent before the agent goes on with it. */
  readonly silenceMs: number
}

export const usualDeskOptions: DeskOptions = {
  pollMs: 3_000,
  beatMs: 20_000,
  renewMs: 15_000,
  reportMs: 2_000,
  silenceMs: 60_000,
}

type DeskStatus = Pick<AgentHealth, 'status' | 'jobsInProgress'> & {
  readonly isPaused: boolean
  readonly obstacle: string | null
  readonly work: WorkView | null
  readonly ended: readonly EndedWork[]
}

/**
 * Where the account's jobs are worked on, one at a time.
 *
 *   idle -> working -> idle                   completed, failed, given back or lost
 *              ^  |
 *              |  '-> lent -> idle            whoever has claimed the job here reports: it does the work
 *              '-------'                      and fell silent: the agent goes on
 *
 * A claim is stored before the work, a result before it is handed in; so a process that is killed goes on at its next start, or, where
 * its lease has run out by then, leaves the job to whoever has it. The queue takes one result for each job.
 */
export type AgentDesk = {
  status(): DeskStatus
  /** Throws `node-unready` where it works on another, and `not-found` where no job waits. */
  claim(claimer: Claimer): Promise<AgentJob>
  report(job: EncodingJobId, claimer: Claimer, report: ProgressReport): Promise<void>
  complete(job: EncodingJobId, claimer: Claimer, result: EncodingResult): Promise<void>
  fail(job: EncodingJobId, claimer: Claimer, failure: EncodingFailure): Promise<void>
  setPaused(isPaused: boolean): void
  /** Looks at the queue now. */
  wake(): void
  /** Works until the signal; then gives back what it holds. */
  run(signal: AbortSignal): Promise<void>
}

const endedKept = 20

export function createDesk(deps: DeskDeps, options: DeskOptions = usualDeskOptions): AgentDesk {
  const { queue, claims, pipeline, clock, logger } = deps
  const work = createClaimWork(deps, options)
  const ended: EndedWork[] = []
  let current: CurrentWork | null = null
  let isPaused = false
  let isStopping = false
  let unreachable: string | null = 'it has not asked its queue yet'
  let isClaiming = false
  let nextBeat = 0
  const rounds = createRounds(options.pollMs)
  /** Of the last job that a claimer has completed: the same call again is no error. */
  let lastCompleted: { readonly job: EncodingJobId; readonly claimer: string } | null = null

  const obstacle = (): string | null => {
    if (isStopping) return 'it is being stopped'
    if (isPaused) return 'its owner has paused it'
    return unreachable
  }

  /** What was encoded stays in the node's cache for a while: whoever claims the job again finds it there. */
  const letGo = async (claim: AgentClaim): Promise<void> => {
    await pipeline
      .release(nodeJobOf(claim))
      .catch((error: unknown) => logger.warn('work not cleared away', {}, error))
  }

  const end = async (
    of: CurrentWork,
    outcome: EndedWork['outcome'],
    reason: string | null,
  ): Promise<void> => {
    of.lease[Symbol.dispose]()
    const { jobId, permlink } = of.claim
    ended.unshift({ jobId, permlink, outcome, reason, at: new Date(clock.now()) })
    ended.length = Math.min(ended.length, endedKept)
    logger.info(`job ${outcome}`, { job: jobId, permlink, ...(reason === null ? {} : { reason }) })
    if (outcome !== 'completed') await letGo(of.claim)
    claims.remove(jobId)
    if (current === of) current = null
    nextBeat = 0
    rounds.wake()
  }

  const workOn = async (of: CurrentWork, known: EncodingResult | null): Promise<void> => {
    const outcome = await work(of.claim, {
      ...{ known, signal: of.stop.signal },
      onProgress: (progress) => {
        of.progress = progress
        of.lease.report(reportOf(progress))
      },
    })
    if (outcome.type === 'stopped') return
    await end(of, outcome.type, 'reason' in outcome ? outcome.reason : null)
  }

  const take = (claim: AgentClaim, claimer: Claimer | null, known: EncodingResult | null): void => {
    const of: CurrentWork = {
      ...{ claim, claimer, since: new Date(clock.now()), stop: new AbortController() },
      ...{ work: null, heardAt: clock.now(), progress: nothingYet },
      lease: keepLease({ queue, logger }, claim, {
        renewMs: options.renewMs,
        reportMs: options.reportMs,
        onLost: (error) => void lose(of, error),
      }),
    }
    current = of
    nextBeat = 0
    of.work = workOn(of, known)
  }

  const lose = async (of: CurrentWork, error: MarketError): Promise<void> => {
    of.stop.abort(error)
    await of.work
    if (current === of) await end(of, 'lost', error.message)
  }

  const claimNext = async (claimer: Claimer | null): Promise<AgentClaim | null> => {
    isClaiming = true
    try {
      const claim = await asked(() => queue.claim())
      if (!claim) return null
      claims.save(claim)
      logger.info('job claimed', { job: claim.jobId, permlink: claim.permlink })
      take(claim, claimer, null)
      return claim
    } finally {
      isClaiming = false
    }
  }

  /** Asks the queue something, and remembers whether it could be asked. */
  const asked = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      const answer = await call()
      unreachable = null
      return answer
    } catch (error) {
      unreachable = error instanceof Error ? error.message : 'its queue gives no answer'
      nextBeat = 0
      throw error
    }
  }

  /** Throws where the job is not the claimer's; the agent's own work on it has ended when this resolves. */
  const lent = async (job: EncodingJobId, claimer: Claimer): Promise<CurrentWork> => {
    const of = current
    if (of?.claim.jobId !== job)
      throw new MarketError('not-holder', 'The agent does not hold this job.')
    if (of.claimer?.key !== claimer.key)
      throw new MarketError('not-holder', 'Somebody else has claimed this job.')
    of.heardAt = clock.now()
    if (of.work) {
      of.stop.abort(new MarketError('cancelled', 'Whoever has claimed the job works on it.'))
      await of.work
      if (current !== of) throw new MarketError('job-ended', 'The job has ended.')
      of.work = null
      logger.info('job lent', { job, to: claimer.name })
    }
    return of
  }

  const goOnAfterSilence = (): void => {
    if (!current || current.work || clock.now() < current.heardAt + options.silenceMs) return
    logger.info('job taken back', { job: current.claim.jobId })
    current.stop = new AbortController()
    current.progress = nothingYet
    current.work = workOn(current, null)
  }

  const resumeClaim = createResumeClaim({ queue, claims, logger, ask: asked, letGo })

  const resume = async (): Promise<void> => {
    // Whoever asks for a job meanwhile would get a second one beside it.
    isClaiming = true
    try {
      const resumed = await resumeClaim()
      if (resumed) take(resumed.claim, null, resumed.result)
    } finally {
      isClaiming = false
    }
  }

  const round = async (): Promise<void> => {
    if (clock.now() >= nextBeat) {
      nextBeat = clock.now() + options.beatMs
      await asked(() => queue.beat(current ? 1 : 0))
    }
    goOnAfterSilence()
    if (!current && !isClaiming) await resume()
    if (!current && !isClaiming && obstacle() === null) await claimNext(null)
  }

  const giveBack = async (): Promise<void> => {
    const of = current
    if (!of) return
    of.stop.abort(new MarketError('cancelled', 'The node was asked to stop.'))
    await of.work
    if (current !== of) return
    of.lease[Symbol.dispose]()
    await queue
      .release(of.claim, 'The desktop agent was stopped.')
      .then(async () => {
        claims.remove(of.claim.jobId)
        await letGo(of.claim)
      })
      .catch((error: unknown) => logger.warn('job not given back', {}, error))
    current = null
  }

  return {
    status: () => {
      const why = obstacle()
      const idle = why === null ? 'ready' : 'offline'
      return {
        status: current ? 'busy' : idle,
        jobsInProgress: current ? 1 : 0,
        isPaused,
        obstacle: why,
        work: current && viewOf(current),
        ended: [...ended],
      }
    },
    claim: async (claimer) => {
      if (current || isClaiming) throw unready('it is busy')
      const why = isStopping || isPaused ? obstacle() : null
      if (why !== null) throw unready(why)
      const claim = await claimNext(claimer)
      if (!claim) throw new MarketError('not-found', 'No job of this account waits.')
      const { fencingToken: _token, ...job } = claim
      return job
    },
    report: async (job, claimer, report) => {
      const of = await lent(job, claimer)
      const { stage, stageProgress: percent } = report
      of.progress = { stage, percent, overall: overallProgress(stage, percent) }
      await queue.report(of.claim, report)
    },
    complete: async (job, claimer, result) => {
      if (lastCompleted?.job === job && lastCompleted.claimer === claimer.key) return
      const of = await lent(job, claimer)
      claims.saveResult(job, result)
      // The tree is the claimer's: what the agent itself had begun leads to nothing.
      await letGo(of.claim)
      await queue.complete(of.claim, result)
      lastCompleted = { job, claimer: claimer.key }
      await end(of, 'completed', null)
    },
    fail: async (job, claimer, failure) => {
      const of = await lent(job, claimer)
      await queue.fail(of.claim, failure)
      await end(of, 'failed', failure.message)
    },
    setPaused: (paused) => {
      isPaused = paused
      rounds.wake()
    },
    wake: rounds.wake,
    run: async (signal) => {
      await rounds.run(async () => {
        await round().catch((error: unknown) => {
          if (!isUnreachable(error)) logger.warn('round failed', {}, error)
          else logger.debug('queue out of reach', {}, error)
        })
      }, signal)
      isStopping = true
      await giveBack()
    },
  }
}

function unready(why: string): MarketError {
  return new MarketError('node-unready', `The agent takes no job now: ${why}.`)
}
