import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { afterFailure } from '#market/domain/failure-class.ts'
import { isEnded } from '#market/domain/job-phases.ts'
import { judgeLease } from '#market/domain/lease.ts'
import { reasonText } from '#market/domain/reason-text.ts'
import { isShort, nextTier, routeJob, servesOnlyOwner } from '#market/domain/routing.ts'
import { overallProgress } from '#market/domain/stage-progress.ts'
import { planTiers, usualWaits } from '#market/domain/tier-plan.ts'
import type { EncoderNode } from '#market/ports/encoder-directory.ts'
import type { JobPlan } from '#market/ports/job-plans.ts'
import type { EncodingEvent, EncodingJob, Lease } from '#market/ports/job-scheduler.ts'
import type { EncodingEventType, EncodingJobId } from '#protocol/encoding-job.ts'
import { encoderKinds } from '#protocol/encoding-job.ts'
import { Stage } from '#protocol/progress.ts'
import { TierReason } from '#protocol/tier-reason.ts'
import type { OrchestratedQueue } from './queue.ts'
import { leaseMs, silenceMs } from './queue.ts'

const dayMs = 86_400_000

type Row = {
  job: EncodingJob
  plan: JobPlan
  /** Milliseconds since 1970; null once it has ended. */
  lookAt: number | null
  failures: number
}

/** The queue as its ports describe it, in as few lines as can be: what the real one is held against. */
export function memoryQueue(): OrchestratedQueue {
  let now = Date.UTC(2026, 0, 1)
  let sequence = 0
  const rows = new Map<EncodingJobId, Row>()
  const events: EncodingEvent[] = []
  const nodes = new Map<string, EncoderNode>()
  const at = (ms = 0): Date => new Date(now + ms)

  const change = (
    row: Row,
    changes: Partial<EncodingJob>,
    event: readonly [type: EncodingEventType, fields: Readonly<Record<string, unknown>>] | null,
  ): EncodingJob => {
    row.job = { ...row.job, updatedAt: at(), ...changes }
    const { id, owner, phase } = row.job
    if (isEnded(phase)) row.job = { ...row.job, finishedAt: at(), leaseExpiresAt: null }
    if (event) {
      const [type, fields] = event
      sequence += 1
      events.push({ sequence, job: id, owner, type, phase, fields, at: at() })
    }
    return row.job
  }
  const held = (lease: Lease) => {
    const row = rows.get(lease.job)
    const refusal = judgeLease(row?.job ?? null, lease, at())
    return row && !refusal ? { row } : { refusal: refusal ?? ('not-found' as const) }
  }
  const attemptOver = (row: Row, end: Parameters<typeof afterFailure>[1], error: string): void => {
    const { phase, tier, attempts, rests } = afterFailure(row.job, end)
    row.failures += 1
    const ofFailure = phase === 'failed' ? 'failed' : 'retried'
    const type = end === 'lease-lost' ? end : ofFailure
    const rest = rests ? at(1_000 * row.failures) : null
    change(
      row,
      {
        ...{ phase, tier, attempts, lastError: error, lastErrorClass: end },
        ...{ leaseExpiresAt: null, nextRetryAt: phase === 'failed' ? null : rest },
      },
      [type, { tier, attempts, error }],
    )
  }
  const waitsStill = (job: EncodingJob): Row | null => {
    const row = rows.get(job.id)
    const { phase, tier, fencingToken } = row?.job ?? {}
    const isSame = phase === 'queued' && tier === job.tier && fencingToken === job.fencingToken
    return row && isSame ? row : null
  }
  const lease = (row: Row, encoder: string, type: 'claimed' | 'awarded' = 'claimed'): EncodingJob =>
    change(
      row,
      {
        ...{ phase: 'leased', assignedEncoderId: encoder, assignedAt: at() },
        ...{ leaseExpiresAt: at(leaseMs), nextRetryAt: null, currentStage: null },
        ...{ stageProgress: 0, progress: 0, fencingToken: row.job.fencingToken + 1 },
      },
      [type, { encoder, fencingToken: row.job.fencingToken + 1 }],
    )

  const scheduler: OrchestratedQueue['scheduler'] = {
    submit: async (wanted) => {
      const tiers = routeJob(wanted)
      const [tier] = tiers
      if (tier === undefined) return { ok: false, refusal: 'no-tier' }
      const { waits = usualWaits, id, owner, permlink, inputCid, budget } = wanted
      const steps = planTiers(wanted)
      const skipped = steps.flatMap((step) =>
        step.skipped === null
          ? []
          : [[step.tier, { reason: step.skipped, text: reasonText(step.tier, step.skipped) }]],
      )
      const row: Row = {
        job: {
          ...{ id, owner, permlink, inputCid, budget, tiers, tier, phase: 'queued' },
          ...{ isShort: isShort(wanted.durationSeconds), durationSeconds: wanted.durationSeconds },
          ...{ qualities: wanted.qualities, assignedAt: null, assignedEncoderId: null },
          ...{ leaseExpiresAt: null, fencingToken: 0, attempts: 0, maxAttempts: 3 },
          ...{ lastError: null, lastErrorClass: null, nextRetryAt: null },
          ...{ expiresAt: wanted.expiresAt ?? at(2 * dayMs), currentStage: null },
          ...{ stageProgress: 0, progress: 0, jobSignature: null, webhookUrl: null },
          ...{ webhookSecret: null, marketJob: null, paid: null, result: null, finishedAt: null },
          ...{ createdAt: at(), updatedAt: at() },
        },
        plan: {
          ...{ steps, signatureWaitSeconds: waits.signatureWaitSeconds, awardUntil: null },
          reasons: Object.fromEntries(skipped),
        },
        ...{ lookAt: now, failures: 0 },
      }
      rows.set(id, row)
      return { ok: true, value: change(row, {}, ['submitted', { tier }]) }
    },
    find: async (id) => rows.get(id)?.job ?? null,
    list: async ({ encoder, phase, limit }) => ({
      jobs: [...rows.values()]
        .map(({ job }) => job)
        .filter((job) => job.phase === phase && job.assignedEncoderId === encoder)
        .slice(0, limit),
      next: null,
    }),
    claimJob: async (encoder, kinds) => {
      for (const kind of encoderKinds.filter((known) => kinds.includes(known)))
        for (const row of rows.values()) {
          const { phase, tier, owner, nextRetryAt, expiresAt } = row.job
          const isUp = phase === 'queued' && tier === kind && expiresAt > at()
          const isRested = nextRetryAt === null || nextRetryAt <= at()
          const isServed = !servesOnlyOwner(kind) || owner === encoder.owner
          if (isUp && isRested && isServed) return lease(row, encoder.id) as never
        }
      return null
    },
    reportProgress: async (shown, { stage, stageProgress }) => {
      const { row, refusal } = held(shown)
      if (!row) return { ok: false, refusal }
      const place = (of: Stage | null) => (of === null ? -1 : Stage.options.indexOf(of))
      const { currentStage, stageProgress: before } = row.job
      const isAhead =
        place(stage) > place(currentStage) || (stage === currentStage && stageProgress > before)
      const ahead = {
        ...{ currentStage: stage, stageProgress },
        progress: overallProgress(stage, stageProgress),
      }
      const renewed = { leaseExpiresAt: at(leaseMs) }
      const event = isAhead ? (['progress', ahead] as const) : null
      return { ok: true, value: change(row, { ...renewed, ...(isAhead && ahead) }, event) as never }
    },
    releaseJob: async (shown, reason) => {
      const { row, refusal } = held(shown)
      if (!row) return { ok: false, refusal }
      const freed = { phase: 'queued', leaseExpiresAt: null } as const
      return { ok: true, value: change(row, freed, ['released', { reason }]) }
    },
    completeJob: async (shown, result) => {
      const { row, refusal } = held(shown)
      if (!row) return { ok: false, refusal }
      const done = { phase: 'completed', result, progress: 100 } as const
      return { ok: true, value: change(row, done, ['completed', {}]) }
    },
    failJob: async (shown, failure) => {
      const { row, refusal } = held(shown)
      if (!row) return { ok: false, refusal }
      attemptOver(row, failure.class, failure.message)
      return { ok: true, value: row.job }
    },
    cancel: async (id, reason) => {
      const row = rows.get(id)
      if (!row || isEnded(row.job.phase)) return { ok: false, refusal: 'ended' }
      const gone = { phase: 'cancelled', nextRetryAt: null } as const
      return { ok: true, value: change(row, gone, ['cancelled', { reason }]) }
    },
    noteMarketJob: async (id, marketJob) => {
      const row = rows.get(id)
      if (!row || isEnded(row.job.phase)) return { ok: false, refusal: 'ended' }
      return { ok: true, value: change(row, { marketJob }, ['offered', { marketJob }]) }
    },
    sweep: async () => {
      const report = { leasesLost: 0, expired: 0, woken: 0, fallen: 0, removed: 0 }
      for (const row of rows.values()) {
        const { phase, leaseExpiresAt, expiresAt } = row.job
        if (isEnded(phase)) continue
        if (expiresAt <= at())
          change(row, { phase: 'expired', nextRetryAt: null }, ['expired', { expiresAt }])
        else if (phase === 'leased' && leaseExpiresAt !== null && leaseExpiresAt <= at())
          attemptOver(row, 'lease-lost', 'The encoder was not heard of any more.')
      }
      return report
    },
    eventsAfter: async (job, after, limit) =>
      events.filter((event) => event.job === job && event.sequence > after).slice(0, limit),
  }

  const plans: OrchestratedQueue['plans'] = {
    find: async (id) => rows.get(id)?.plan ?? null,
    due: async (limit) => {
      const due = [...rows.values()].filter(
        ({ job, lookAt }) => job.phase === 'queued' && lookAt !== null && lookAt <= now,
      )
      return due.slice(0, limit).map(({ job, plan }) => ({
        ...{ job, plan, waitedMs: now - job.updatedAt.getTime() },
      }))
    },
    postpone: async ({ job }, lookAgainMs) => {
      const row = waitsStill(job)
      if (row) row.lookAt = now + lookAgainMs
    },
    decide: async ({ job }, decision) => {
      const row = waitsStill(job)
      if (!row) return false
      const { reason } = decision
      const found = { reason, text: reasonText(job.tier, reason) }
      const told = { reason: z.encode(TierReason, reason), text: found.text }
      const isNews = !isDeepStrictEqual(row.plan.reasons[job.tier], found)
      row.plan = { ...row.plan, reasons: { ...row.plan.reasons, [job.tier]: found } }
      row.lookAt = now
      switch (decision.type) {
        case 'wait': {
          const { updatedAt, nextRetryAt, expiresAt } = row.job
          const isToHold = decision.holds === true && nextRetryAt !== expiresAt
          const hold = isToHold ? { nextRetryAt: expiresAt } : {}
          row.lookAt = now + decision.lookAgainMs
          row.plan = { ...row.plan, awardUntil: decision.awardUntil ?? row.plan.awardUntil }
          if (isNews || isToHold)
            change(row, { ...hold, updatedAt }, ['considered', { tier: job.tier, ...told }])
          return true
        }
        case 'fall': {
          const fallen = { tier: decision.to, attempts: 0, nextRetryAt: null }
          change(row, fallen, ['fell', { from: job.tier, tier: decision.to, ...told }])
          return true
        }
        case 'fail': {
          const failed = { phase: 'failed', lastError: found.text, nextRetryAt: null } as const
          change(row, failed, ['failed', { tier: job.tier, error: found.text, ...told }])
          return true
        }
      }
    },
  }

  const isAlive = ({ lastSeenAt }: EncoderNode) => lastSeenAt.getTime() + silenceMs > now
  const ofOwner = (owner: string | undefined, kind: string | undefined) =>
    [...nodes.values()]
      .filter((node) => node.owner === owner && node.kind === kind)
      .sort((left, right) => right.lastSeenAt.getTime() - left.lastSeenAt.getTime())
  return {
    scheduler,
    plans,
    encoders: {
      register: async (encoder) => {
        const node = { ...encoder, jobsInProgress: 0, registeredAt: at(), lastSeenAt: at() }
        nodes.set(encoder.id, node)
        return node
      },
      heartbeat: async (id, _owner, jobsInProgress) => {
        const node = nodes.get(id)
        if (!node) return 'not-found'
        nodes.set(id, { ...node, jobsInProgress, lastSeenAt: at() })
        return node
      },
      findLatest: async (owner, kind) => ofOwner(owner, kind)[0] ?? null,
      listAlive: async ({ owner, kind }) => ({
        encoders: ofOwner(owner, kind).filter(isAlive),
        next: null,
      }),
    },
    assign: async ({ id }, encoder) => {
      const row = rows.get(id)
      if (!row) throw new Error('no such job')
      return { job: id, encoder, fencingToken: lease(row, encoder, 'awarded').fencingToken }
    },
    leave: async ({ id, tiers, tier }) => {
      const row = rows.get(id)
      const to = nextTier(tiers, tier)
      const over = { leaseExpiresAt: null, nextRetryAt: null, lastError: 'The offer is over.' }
      if (row && to) change(row, { ...over, phase: 'queued', tier: to }, ['fell', { tier: to }])
      else if (row) change(row, { ...over, phase: 'failed' }, ['failed', { tier }])
      if (row) row.lookAt = now
    },
    advance: async (ms) => {
      now += ms
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}
