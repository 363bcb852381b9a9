import { claimRoute, failRoute, releaseRoute } from '#protocol/api/agent.ts'
import type { BrowserPlan } from '#protocol/api/browser.ts'
import { browserPlanRoute, completeBrowserRoute } from '#protocol/api/browser.ts'
import { registerEncoderRoute } from '#protocol/api/encoders.ts'
import type { JobView } from '#protocol/api/jobs.ts'
import { getJobRoute } from '#protocol/api/jobs.ts'
import { CallError } from '#protocol/client.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import { gridSeconds, segmentCount } from '#protocol/grid.ts'
import type { Cid } from '#protocol/ids.ts'
import { pause } from '#ui/shared/pause.ts'
import { callServer, currentSession } from '#ui/shared/session.ts'
import type { EncodeState, Outcome } from './encode-state.ts'
import { tabEncoderId } from './kept-lease.ts'
import type { FromWorker, TabLease } from './messages.ts'
import { runWorker } from './run-worker.ts'

/** One encode, until it ends or is cancelled: what is told of it after that comes too late, for the page is elsewhere by then. */
export type JobWatch = {
  readonly signal: AbortSignal
  readonly onState: (state: EncodeState) => void
}

/**
 * Makes this tab one of its owner's encoders. A job that may run in a tab is submitted only after it: where no tab offers to encode,
 * the server gives a job to the next tier at once.
 */
export async function registerTab(): Promise<string> {
  const encoderId = tabEncoderId()
  const capabilities = [
    { codec: 'h264', maxResolution: '480p', hwAccel: 'none', estimatedSpeed: null } as const,
  ]
  const body = { id: encoderId, kind: 'browser', capabilities } as const
  await callServer(registerEncoderRoute, { body })
  return encoderId
}

/** Claims the next of the owner's jobs for this tab; null where none waits. */
export async function claim(): Promise<TabLease | null> {
  const encoderId = await registerTab()
  const { job } = await callServer(claimRoute, { body: { encoderId } })
  if (!job) return null
  const { jobId, fencingToken } = job
  return { jobId, encoderId, fencingToken }
}

/** Gives a job back that nobody encodes here any more. Where that fails, or it is somebody else's by now, its lease runs out by itself. */
export async function release(lease: TabLease): Promise<void> {
  const reason = 'The encode in the tab was cancelled.'
  await callServer(releaseRoute, { body: { ...lease, reason } }).catch(() => null)
}

/** Encodes a job that this tab has, and waits for what the server finds of it. Resolves to the state it ends in; rejects when called off. */
export async function encodeJob(
  lease: TabLease,
  source: { readonly file: File; readonly cid: Cid } | null,
  watch: JobWatch,
): Promise<EncodeState> {
  const plan = await callServer(browserPlanRoute, { body: lease }, watch).catch(
    async (error: unknown) => await giveBack(lease, error),
  )
  if ('phase' in plan) return plan
  const outcome = outcomeOf(plan)
  const progress = followWorker(plan, lease, outcome, watch.onState)
  const end = await runWorker(
    {
      ...{ type: 'start', plan, lease, token: currentSession()?.token ?? '' },
      // Another job of the owner's may have had its turn first.
      file: source?.cid === plan.source.cid ? source.file : null,
    },
    { signal: watch.signal, onNews: progress },
  )
  watch.signal.throwIfAborted()
  if (end.type === 'failed') {
    const body = { ...lease, error: end.message, retryable: true, class: end.class }
    const job = await callServer(failRoute, { body }).catch(() => null)
    return { phase: 'failed', message: end.message, next: job && nextOf(job) }
  }
  const { seconds, speed } = end
  await callServer(completeBrowserRoute, { body: { ...lease, processingTimeSec: seconds } })
  return await followCheck(lease, { outcome, speed }, watch)
}

async function giveBack(lease: TabLease, error: unknown): Promise<EncodeState> {
  const isAboutVideo = error instanceof CallError && error.code === 'unsupported-here'
  if (!isAboutVideo) throw error
  const body = { ...lease, error: error.message, retryable: true, class: error.code } as const
  const job = await callServer(failRoute, { body })
  return { phase: 'failed', message: error.message, next: nextOf(job) }
}

function followWorker(
  plan: BrowserPlan,
  { jobId: job }: TabLease,
  outcome: Outcome,
  onState: JobWatch['onState'],
): (news: FromWorker) => void {
  const resumed = plan.finished.length
  const of = segmentCount(plan.grid) - resumed + (plan.audioFrames?.length ?? 0)
  let state: Extract<EncodeState, { phase: 'encoding' }> = {
    ...{ phase: 'encoding', job, outcome, percent: 0, speed: null, etaSeconds: null, resumed },
    uploaded: { segments: 0, of },
  }
  onState(state)
  return (news) => {
    if (news.type === 'progress') {
      const left = (outcome.seconds * (plan.grid.frames - news.done)) / plan.grid.frames
      const percent = (100 * news.done) / plan.grid.frames
      state = { ...state, percent, speed: news.speed, etaSeconds: left / news.speed }
    }
    if (news.type === 'uploaded') state = { ...state, uploaded: news }
    onState(state)
  }
}

async function followCheck(
  { jobId }: TabLease,
  known: { readonly outcome: Outcome; readonly speed: number },
  { signal, onState }: JobWatch,
): Promise<EncodeState> {
  for (;;) {
    const job = await callServer(getJobRoute, { params: { id: jobId } }, { signal })
    if (job.phase === 'completed') return { phase: 'done', job, ...known }
    if (job.phase !== 'leased')
      return {
        phase: 'failed',
        message: job.lastError ?? `The job is ${job.phase}.`,
        next: nextOf(job),
      }
    const percent = job.currentStage === 'uploading' ? job.stageProgress : 0
    onState({ phase: 'checking', job: jobId, percent, ...known })
    await pause(700, signal)
  }
}

/** What has become of a job that this tab does not have; null while it waits for a tab. */
export async function endWithoutTab(id: EncodingJobId): Promise<EncodeState | null> {
  const job = await callServer(getJobRoute, { params: { id } })
  if (job.phase === 'queued' && job.tier === 'browser') return null
  const message = job.lastError ?? 'The job has gone on without this tab.'
  return { phase: 'failed', message, next: nextOf(job) }
}

/** True for an error that says that the lease is somebody else's by now, or nobody's. */
export function isLeaseGone(error: unknown): boolean {
  return error instanceof CallError && error.status === 409
}

const waitingFor = {
  agent: 'It waits for your desktop now.',
  browser: 'It waits for another attempt in a tab.',
  community: 'It waits for an encoder of the community now.',
} as const

function nextOf({ phase, tier }: JobView): string | null {
  return phase === 'queued' || phase === 'leased' ? waitingFor[tier] : null
}

function outcomeOf({ rendition, grid, audioFrames }: BrowserPlan): Outcome {
  const { name, width, height } = rendition
  return {
    ...{ name, width, height },
    framesPerSecond: grid.rate.numerator / grid.rate.denominator,
    ...{ seconds: gridSeconds(grid), hasSound: audioFrames !== null },
  }
}
