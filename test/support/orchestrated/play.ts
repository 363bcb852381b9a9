import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { isEnded, isLegalMove } from '#market/domain/job-phases.ts'
import { marketJobOf } from '#market/domain/market-job-of.ts'
import { usualWaits } from '#market/domain/tier-plan.ts'
import type { WaitingJob } from '#market/ports/job-plans.ts'
import type { EncodingEvent, EncodingJob, Lease } from '#market/ports/job-scheduler.ts'
import type {
  EncoderKind,
  EncodingJobId,
  EncodingPhase,
  FailureClass,
} from '#protocol/encoding-job.ts'
import { FailureClass as Classes, EncodingJobId as Id } from '#protocol/encoding-job.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { Stage as Stages } from '#protocol/progress.ts'
import { TierReason } from '#protocol/tier-reason.ts'
import { account, alice, bob, hbd } from '../builders.ts'
import { anEncodingJob, aResult } from '../encoding-jobs.ts'
import type { OrchestratedQueue } from './queue.ts'
import type { Stage } from './stage.ts'
import { setStage } from './stage.ts'

/** What may happen next; `pick` chooses whom or what it happens to, `amount` how much. */
export type Happening = { readonly what: Deed; readonly pick: number; readonly amount: number }

const deeds = [
  ...['submit', 'pass', 'pass', 'pass', 'round', 'round', 'round', 'round', 'sweep', 'sweep'],
  ...['start', 'start', 'start', 'die', 'claim', 'claim', 'claim', 'claim', 'report', 'report'],
  ...['complete', 'fail', 'release', 'cancel', 'offer', 'offer', 'offer', 'bid', 'bid', 'bid'],
  ...['sign', 'sign', 'sign', 'award', 'reject', 'give-back', 'deliver', 'deliver', 'withdraw'],
  ...['follow', 'follow', 'follow'],
  ...['look', 'decide-late'],
] as const
type Deed = (typeof deeds)[number]

export const happenings = (maxLength: number): fc.Arbitrary<readonly Happening[]> =>
  fc.array(
    fc.record({
      what: fc.constantFrom(...deeds),
      pick: fc.nat(1_000),
      amount: fc.nat(240),
    }),
    { maxLength, size: 'max' },
  )

const tierOrders: readonly (readonly EncoderKind[])[] = [
  ['agent', 'browser', 'community'],
  ['browser', 'agent', 'community'],
  ['community', 'browser', 'agent'],
  ['agent'],
  ['community'],
  ['browser', 'community'],
]

/** An encoder of alice, alive or not, and the lease that it believes to have. */
type Worker = {
  readonly id: string
  readonly kind: EncoderKind
  isAlive: boolean
  lease: Lease | null
}

const chunkMs = 30_000

/** Plays what happens, and looks after each step whether all is as it has to be. */
export async function play(queue: OrchestratedQueue, steps: readonly Happening[]): Promise<void> {
  const stage = setStage(queue)
  const ids: EncodingJobId[] = []
  const workers: Worker[] = ['desk-1', 'desk-2', 'page-1'].map((id) => ({
    ...{ id, kind: id.startsWith('desk') ? 'agent' : 'browser', isAlive: false, lease: null },
  }))
  /** By job, what its encoder has by the award on the chain. */
  const awarded = new Map<EncodingJobId, Lease | null>()
  const looks: (readonly WaitingJob[])[] = []
  const watch = createWatch(queue, stage)
  const one = <T>(all: readonly T[], pick: number): T | undefined => all[pick % all.length]

  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= chunkMs) {
      await stage.advance(Math.min(left, chunkMs))
      for (const worker of workers.filter(({ isAlive }) => isAlive)) {
        await queue.encoders.heartbeat(worker.id, alice, worker.lease ? 1 : 0)
        if (worker.lease) await renew(worker.lease)
      }
      for (const lease of awarded.values()) if (lease) await renew(lease)
    }
  }
  const renew = (lease: Lease) =>
    queue.scheduler.reportProgress(lease, { stage: 'downloading', stageProgress: 0 })
  /** What the chain says of an offer, carried over to its job. */
  const follow = async (id: EncodingJobId): Promise<void> => {
    const phase = stage.market.phaseOf(marketJobOf(alice, id))
    const job = await queue.scheduler.find(id)
    if (!job || isEnded(job.phase) || job.marketJob === null) return
    const isWaiting = job.tier === 'community' && job.phase === 'queued'
    if (phase === 'awarded' && !awarded.has(id)) {
      require(isWaiting, `awarded while it is ${job.phase} in the tier ${job.tier}`)
      awarded.set(id, await queue.assign(job, '@bob'))
    }
    // Only once: the offer is as far as it will ever be.
    if (phase === 'cancelled' && job.tier === 'community') await queue.leave(job)
  }
  const settle = async (id: EncodingJobId, end: 'deliver' | 'reject' | 'give-back') => {
    const lease = awarded.get(id)
    if (!lease) return
    const job = marketJobOf(alice, id)
    if (end === 'reject') {
      awarded.delete(id)
      stage.market.reject(job)
      await queue.scheduler.releaseJob(lease, end)
      return
    }
    awarded.set(id, null)
    stage.market.settle(job, end === 'deliver')
    if (end === 'deliver') await queue.scheduler.completeJob(lease, aResult())
    else {
      const known = await queue.scheduler.find(id)
      if (known?.phase === 'leased') await queue.leave(known)
    }
  }

  const happen = async ({ what, pick, amount }: Happening): Promise<void> => {
    const worker = one(workers, pick)
    const id = one(ids, pick)
    switch (what) {
      case 'submit': {
        if (ids.length >= 3) return
        const next = Id.parse(`00000000-0000-4000-8000-${String(ids.length + 1).padStart(12, '0')}`)
        const tiers = one(tierOrders, pick) ?? ['agent']
        const job = anEncodingJob({
          ...{ id: next, tiers, durationSeconds: amount, budget: hbd(100n) },
          waits: { ...usualWaits, bidWaitSeconds: 60, signatureWaitSeconds: 600 },
        })
        if ((await queue.scheduler.submit(job)).ok) ids.push(next)
        return
      }
      case 'pass':
        return pass(amount * 250)
      case 'round':
        return void (await stage.round())
      case 'sweep':
        return void (await queue.scheduler.sweep())
      case 'start': {
        if (!worker) return
        worker.isAlive = true
        await queue.encoders.register(registration(worker))
        return
      }
      case 'die':
        if (worker) worker.isAlive = false
        return
      case 'claim': {
        if (!worker?.isAlive || worker.lease) return
        const claimer = { id: worker.id, owner: alice }
        const job = await queue.scheduler.claimJob(claimer, [worker.kind])
        if (job) worker.lease = { job: job.id, encoder: worker.id, fencingToken: job.fencingToken }
        return
      }
      // The dead may come to, and say what they have to say of a lease that is long gone.
      case 'report': {
        if (!worker?.lease) return
        const at = one(Stages.options, amount) ?? 'encoding'
        const report = { stage: at, stageProgress: amount % 101 }
        if (!(await queue.scheduler.reportProgress(worker.lease, report)).ok) worker.lease = null
        return
      }
      case 'complete':
        if (worker?.lease) await queue.scheduler.completeJob(worker.lease, aResult())
        if (worker) worker.lease = null
        return
      case 'fail': {
        const failure: FailureClass = one(Classes.options, amount) ?? 'device'
        if (worker?.lease)
          await queue.scheduler.failJob(worker.lease, { class: failure, message: failure })
        if (worker) worker.lease = null
        return
      }
      case 'release':
        if (worker?.lease) await queue.scheduler.releaseJob(worker.lease, 'shutting down')
        if (worker) worker.lease = null
        return
      case 'cancel':
        if (id && amount < 40) await queue.scheduler.cancel(id, 'changed my mind')
        return
      case 'offer': {
        const job = id && (await queue.scheduler.find(id))
        // Whoever offers a job has seen that it waits for the community.
        if (job?.tier === 'community' && job.phase === 'queued')
          stage.market.offer(marketJobOf(alice, job.id), job.inputCid, { ceiling: hbd(200n) })
        return
      }
      case 'bid':
        if (id)
          stage.market.bid(
            marketJobOf(alice, id),
            bidders[amount % 2] ?? bob,
            hbd(BigInt(amount % 110)),
          )
        return
      // A wallet signs whatever it was ever shown, as long as the chain takes it.
      case 'sign': {
        const asked = id && one(await watch.askedFor(id), amount)
        if (asked) stage.market.sign(asked)
        return
      }
      // The owner's own node chooses by itself, while bidding is open.
      case 'award':
        if (id && stage.market.isBidding(marketJobOf(alice, id))) {
          const job = await queue.scheduler.find(id)
          const isWaiting = job?.tier === 'community' && job.phase === 'queued'
          if (isWaiting) stage.market.awardCheapest(marketJobOf(alice, id))
        }
        return
      // Whoever follows the chain comes to an award when it comes to it.
      case 'follow':
        if (id) await follow(id)
        return
      case 'reject':
      case 'give-back':
      case 'deliver':
        if (id) await settle(id, what)
        return
      case 'withdraw':
        if (id && amount < 40) stage.market.cancel(marketJobOf(alice, id))
        return
      // Another indexer, or this one before it was stopped in the middle of a round.
      case 'look':
        looks.push(await queue.plans.due(10))
        return
      case 'decide-late': {
        const late = looks.splice(pick % Math.max(1, looks.length), 1)[0] ?? []
        await stage.decideFrom(late)
      }
    }
  }

  await happen({ what: 'submit', pick: steps.length, amount: 60 })
  for (const step of steps) {
    await happen(step)
    await watch.look(ids, awarded)
  }
  // Nobody comes any more: whatever is left has to end by itself.
  for (const worker of workers) worker.isAlive = false
  await pass(chunkMs)
  await stage.round()
  for (const id of ids) {
    await follow(id)
    await settle(id, 'give-back')
  }
  for (let days = 0; days < 3; days += 0.25) {
    await stage.advance(21_600_000)
    for (let turn = 0; turn < 4; turn += 1) {
      await queue.scheduler.sweep()
      await stage.round()
    }
    await watch.look(ids, awarded)
  }
  await watch.requireEnded(ids)
  if (stage.failures.length > 0) throw stage.failures[0]
}

const bidders: readonly HiveAccount[] = [bob, account('dan')]

const registration = ({ id, kind }: Worker) => ({
  ...{ id, kind, owner: alice, name: null, peer: null, version: null, hwAccel: 'none' as const },
  ...{ slots: 1, perMinute: null, capabilities: [] },
})

type Seen = {
  readonly events: readonly EncodingEvent[]
  readonly job: EncodingJob
}

/** Looks at every job after every step. */
function createWatch(queue: OrchestratedQueue, stage: Stage) {
  const before = new Map<EncodingJobId, Seen>()
  const seeNow = async (id: EncodingJobId): Promise<Seen> => {
    const job = await queue.scheduler.find(id)
    if (!job) throw new Error(`job ${id} is gone`)
    const known = before.get(id)?.events ?? []
    const events = await queue.scheduler.eventsAfter(id, known.at(-1)?.sequence ?? 0, 1_000)
    return { job, events: [...known, ...events] }
  }
  const look = async (
    ids: readonly EncodingJobId[],
    awarded: ReadonlyMap<EncodingJobId, Lease | null>,
  ): Promise<void> => {
    for (const id of ids) {
      const seen = await seeNow(id)
      requireOrder(before.get(id), seen)
      requireOnePlace(seen.job, stage.market.phaseOf(marketJobOf(alice, id)), awarded.get(id))
      before.set(id, seen)
    }
  }
  return {
    look,
    askedFor: async (id: EncodingJobId) =>
      (await seeNow(id)).events.flatMap(({ fields }) => {
        const { data: reason } = TierReason.safeParse(fields['reason'])
        return reason?.type === 'signature-wanted' ? [reason] : []
      }),
    requireEnded: async (ids: readonly EncodingJobId[]): Promise<void> => {
      for (const id of ids) {
        const { job, events } = await seeNow(id)
        require(isEnded(job.phase), `${id} is ${job.phase} for ever`)
        const ends = events.filter(({ phase }) => isEnded(phase))
        require(ends.length === 1, `${id} ended ${ends.length} times`)
        if (job.phase === 'failed') require(Boolean(job.lastError), `${id} failed without a reason`)
        requireCost(job, stage.market.paidFor(marketJobOf(alice, id)))
      }
    },
  }
}

function requireOrder(before: Seen | undefined, { job, events }: Seen): void {
  let phase: EncodingPhase | null = null
  for (const event of events) {
    require(isLegalMove(phase, event), `${phase} -> ${event.type} ${event.phase}`)
    phase = event.phase
  }
  require(phase === job.phase, `${job.phase}, but the events say ${phase}`)
  const added = events.slice(before?.events.length ?? 0)
  for (const [place, event] of events.entries())
    if (event.type === 'considered' && events[place - 1]?.type === 'considered')
      require(!isDeepStrictEqual(event.fields, events[place - 1]?.fields), 'said twice')
  if (!before) return
  const placeOf = ({ tiers, tier }: EncodingJob) => tiers.indexOf(tier)
  require(placeOf(job) >= placeOf(before.job), 'back in a tier that it has left')
  require(job.fencingToken >= before.job.fencingToken, 'a token that was there before')
  if (job.fencingToken === before.job.fencingToken)
    require(job.progress >= before.job.progress, 'progress went back')
  if (isEnded(before.job.phase)) require(added.length === 0, 'something after the end')
}

/** While an encoder is paid for a job by the chain, nobody else has it, and it is nowhere else. */
function requireOnePlace(
  job: EncodingJob,
  phase: ReturnType<Stage['market']['phaseOf']>,
  lease: Lease | null | undefined,
): void {
  if (phase !== 'awarded' || job.phase === 'cancelled') return
  require(job.tier === 'community', `awarded, and in the tier ${job.tier}`)
  require(job.phase === 'queued' || job.phase === 'leased', `awarded, and ${job.phase}`)
  if (job.phase === 'leased') require(job.fencingToken === lease?.fencingToken, 'two have it')
}

/** Nothing for the owner's own encoders, else the bid. */
function requireCost(job: EncodingJob, paid: bigint): void {
  if (job.phase === 'cancelled') return
  if (job.phase !== 'completed' || job.tier !== 'community')
    require(paid === 0n, `${job.phase} by ${job.tier}, and ${paid} paid`)
  else require(job.budget !== null && paid <= job.budget, `${paid} paid of ${job.budget}`)
}

function require(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Error(otherwise)
}
