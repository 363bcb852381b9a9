import { unreachable } from '#contracts/outcome.ts'
import { formatHbd } from '#protocol/amount.ts'
import type { JobEvent } from '#protocol/job-event.ts'
import { formatBytes, formatCid, formatDuration } from './format.ts'
import type { StepProgress } from './step-progress.ts'
import { checkProgress, workProgress } from './step-progress.ts'

/** The steps of a job's life, as a person follows them. */
export const stepNames = [
  'publish',
  'offer',
  'bids',
  'award',
  'accept',
  'encode',
  'deliver',
  'verify',
  'settle',
  'rate',
] as const
export type StepName = (typeof stepNames)[number]

export type Step = {
  readonly status: 'waiting' | 'running' | 'done' | 'failed'
  readonly text: string
  /** The block that made it true. */
  readonly block: number | null
  readonly progress: StepProgress | null
}

export type JobSteps = { readonly [S in StepName]: Step }

const waiting: Step = { status: 'waiting', text: '', block: null, progress: null }

export const noSteps: JobSteps = {
  publish: { ...waiting, status: 'running', text: 'measuring the video' },
  offer: waiting,
  bids: waiting,
  award: waiting,
  accept: waiting,
  encode: waiting,
  deliver: waiting,
  verify: waiting,
  settle: waiting,
  rate: waiting,
}

/** The steps after one more event. */
export function followJob(steps: JobSteps, event: JobEvent): JobSteps {
  switch (event.type) {
    case 'source-published': {
      const size = `${formatBytes(event.bytes)}, ${event.width}x${event.height}, ${formatDuration(event.seconds)}`
      const ladder = event.ladder.map(({ name }) => name).join(' ')
      return done(steps, 'publish', `${size}, wanted in ${ladder}, as ${formatCid(event.source)}`)
    }
    case 'offer-signed':
      return running(steps, 'offer', `up to ${formatHbd(event.ceiling)}`)
    case 'offer-confirmed':
      return running(
        done(steps, 'offer', steps.offer.text, event.block),
        'bids',
        steps.bids.text || 'waiting for encoders',
      )
    case 'bid-received': {
      const bid = `@${event.encoder} ${formatHbd(event.price)} at ${(event.speed / 1_000).toFixed(1)}x${event.excluded ? ` (${event.excluded})` : ''}`
      const known = steps.bids.text.startsWith('@') ? `${steps.bids.text}, ` : ''
      return running(steps, 'bids', `${known}${bid}`)
    }
    case 'bid-sealed': {
      const known = steps.bids.text.startsWith('@') ? `${steps.bids.text}, ` : ''
      return running(steps, 'bids', `${known}@${event.encoder} sealed a bid`)
    }
    case 'choice-wanted': {
      const proposal = `best: @${event.encoder} for ${formatHbd(event.price)}`
      return running(steps, 'bids', `${steps.bids.text}; your choice is wanted (${proposal})`)
    }
    case 'award-signed': {
      const text = `@${event.encoder} for ${formatHbd(event.price)}, @${event.arbiter} stands by for ${formatHbd(event.fee)}`
      return running(done(steps, 'bids', steps.bids.text), 'award', text)
    }
    case 'award-confirmed':
      return running(
        done(steps, 'award', steps.award.text, event.block),
        'accept',
        'waiting for encoder and arbiter',
      )
    case 'escrow-approved': {
      const known = steps.accept.text.startsWith('@') ? `${steps.accept.text}, ` : ''
      return running(
        done(steps, 'accept', `${known}@${event.by}`, event.block),
        'encode',
        'fetching the source',
      )
    }
    case 'progress': {
      if (steps.encode.status === 'done') return steps
      const progress = workProgress(steps.encode.progress, event)
      return {
        ...steps,
        encode: { ...steps.encode, status: 'running', text: `@${event.encoder}`, progress },
      }
    }
    case 'encoder-silent':
    case 'encoder-heard': {
      if (steps.encode.status !== 'running') return steps
      const state = event.type === 'encoder-silent' ? ', of whom nothing is heard' : ''
      return running(steps, 'encode', `@${event.encoder}${state}`)
    }
    case 'delivered': {
      const encoded = done(steps, 'encode', steps.encode.text)
      return running(
        done(
          encoded,
          'deliver',
          `${formatBytes(event.bytes)} as ${formatCid(event.root)}`,
          event.block,
        ),
        'verify',
        'fetching the tree',
      )
    }
    case 'check-progress': {
      const progress = checkProgress(steps.verify.progress, event)
      return { ...steps, verify: { ...steps.verify, status: 'running', text: '', progress } }
    }
    case 'checked': {
      const { verdict, leaves, challenged, faults } = event
      const text = `${verdict}: ${leaves} segments in order, ${challenged} drawn by the chain and encoded again`
      if (verdict === 'pass') return running(done(steps, 'verify', text), 'settle', 'paying')
      return failed(steps, 'verify', `fail: ${faults.map(({ code }) => code).join(', ')}`)
    }
    case 'replicated':
      return running(steps, 'verify', `kept by ${event.kept.length} of ${event.wanted} peers`)
    case 'release-wanted': {
      const text = `your word is wanted to pay @${event.encoder} ${formatHbd(event.amount)}`
      return running(steps, 'settle', text)
    }
    case 'settlement-signed':
      return running(steps, 'settle', 'paying')
    case 'stand-in-offered':
      return steps
    case 'paid':
      return done(steps, 'settle', `${formatHbd(event.amount)} to @${event.encoder}`, event.block)
    case 'rated':
      return done(
        steps,
        'rate',
        `${'★'.repeat(event.stars)}${'☆'.repeat(5 - event.stars)} for @${event.encoder}`,
        event.block,
      )
    case 'refunded':
      return done(steps, 'settle', `${formatHbd(event.amount)} back: ${event.reason}`, event.block)
    case 'disputed':
      return running(steps, 'settle', `disputed by @${event.by}`)
    case 'finished':
    // A video that is sold in ranges has no steps of its own: those are its ranges'.
    case 'split':
    case 'range-progress':
    case 'range-offered':
    case 'range-won':
    case 'merged':
      return steps
    case 'failed':
      return failed(steps, currentStep(steps), event.message)
    default:
      return unreachable(event)
  }
}

/** The step that is running, or the last one done. */
export function currentStep(steps: JobSteps): StepName {
  return (
    stepNames.findLast((name) => steps[name].status === 'running') ??
    stepNames.findLast((name) => steps[name].status !== 'waiting') ??
    'publish'
  )
}

function running(steps: JobSteps, name: StepName, text: string): JobSteps {
  return { ...steps, [name]: { ...steps[name], status: 'running', text } }
}

function done(
  steps: JobSteps,
  name: StepName,
  text: string,
  block: number | null = null,
): JobSteps {
  return { ...steps, [name]: { status: 'done', text, block, progress: null } }
}

function failed(steps: JobSteps, name: StepName, text: string): JobSteps {
  return { ...steps, [name]: { status: 'failed', text, block: null, progress: null } }
}
