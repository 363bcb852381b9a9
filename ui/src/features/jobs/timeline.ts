import type { JobEventView } from '#protocol/api/jobs.ts'
import type { marketJobRoute } from '#protocol/api/market-jobs.ts'
import type { ReplyOf } from '#protocol/client.ts'

export type MarketJob = ReplyOf<typeof marketJobRoute>
type ChainStep = MarketJob['events'][number]

/** A step in the life of a job, wherever it happened. */
export type Step = {
  readonly key: string
  readonly at: Date
  readonly title: string
  readonly detail: string | null
  readonly from: string | null
  readonly to: string | null
  readonly amount: bigint | null
  /** Where the chain has it; null for what only the queue knows. */
  readonly chain: { readonly transaction: string; readonly height: number } | null
  readonly tone: 'plain' | 'good' | 'bad'
}

/** Of the queue's events, those that tell again what the chain tells of the same job, with money and transactions. */
const toldByChain = new Set([
  ...['offered', 'awarded', 'accepted', 'reopened', 'delivered', 'attested', 'disputed'],
])

/** A job's life in the order of time: the queue's events and the chain's as one, with what its parties said where they said it. */
export function timelineOf(
  events: readonly JobEventView[],
  steps: readonly ChainStep[],
  dispute: MarketJob['dispute'] = null,
): readonly Step[] {
  const said = (step: ChainStep): string | null =>
    step.type === evidenceGiven
      ? (dispute?.evidence.find(({ by }) => by === step.actor)?.text ?? null)
      : null
  const told = steps.length > 0 ? events.filter(({ type }) => !toldByChain.has(type)) : events
  const onChain = steps.map((step) => stepOfChain(step, said(step)))
  return [...withoutRepeats(told).map(stepOfQueue), ...onChain].sort(
    (left, right) => left.at.getTime() - right.at.getTime(),
  )
}

/** Of reports that follow each other, the last one counts. */
function withoutRepeats(events: readonly JobEventView[]): readonly JobEventView[] {
  return events.filter((event, place) => {
    const next = events[place + 1]
    if (event.type !== next?.type) return true
    return event.type !== 'progress' && event.type !== 'considered'
  })
}

const bad = new Set(['failed', 'expired', 'lease-lost', 'retried', 'disputed'])

const queueTitles: Readonly<Record<JobEventView['type'], string>> = {
  submitted: 'Posted',
  claimed: 'Taken by an encoder',
  progress: 'At work',
  released: 'Given back',
  retried: 'An attempt failed; another follows',
  'lease-lost': 'The encoder fell silent',
  considered: 'Looked for an encoder',
  fell: 'On to the next kind of encoder',
  offered: 'Offered to the community',
  awarded: 'Awarded',
  accepted: 'Accepted; the money is in escrow',
  reopened: 'Open for bids again',
  delivered: 'Delivered',
  attested: 'Checked',
  disputed: 'Disputed',
  withdrawn: 'The offer was taken back',
  completed: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
  expired: 'Nobody finished it in time',
}

function stepOfQueue({ sequence, type, fields, at }: JobEventView): Step {
  const textOf = (name: string): string | null => {
    const value = fields[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null
  }
  const stage = textOf('stage')
  const detail =
    stage === null
      ? (textOf('text') ?? textOf('reason') ?? textOf('error') ?? textOf('message'))
      : `${stage}, ${textOf('progress') ?? 0} % of all`
  return {
    ...{ key: `queue ${sequence}`, at, title: queueTitles[type], detail },
    ...{ from: null, to: textOf('encoder'), amount: null, chain: null },
    tone: toneOf(type, type === 'completed'),
  }
}

const evidenceGiven = 'evidence-given'

const chainTitles: Readonly<Record<string, string>> = {
  'job-offered': 'Offered to the community',
  'job-cancelled': 'Offer taken back',
  'job-awarded': 'Awarded; the money goes into escrow',
  'job-reopened': 'Award not accepted; open for bids again',
  'job-accepted': 'Encoder and arbiter stand by it',
  'job-delivered': 'Delivered',
  'job-attested': 'Checked',
  'job-disputed': 'Disputed',
  [evidenceGiven]: 'Said of the dispute',
  'job-ruled': 'The arbiter has decided',
  'escrow-paid': 'Paid to the encoder',
  'escrow-returned': 'Returned to the creator',
  'job-settled': 'Settled',
  'encoder-rated': 'Rated',
}

function stepOfChain(step: ChainStep, detail: string | null): Step {
  const { sequence, type, time, actor, receiver, amount, transaction, height } = step
  return {
    ...{ key: `chain ${sequence}`, at: new Date(time * 1_000), title: chainTitles[type] ?? type },
    ...{ detail, from: actor && `@${actor}`, to: receiver && `@${receiver}` },
    ...{ amount, chain: { transaction, height } },
    tone: toneOf(type.replace(/^job-/, ''), type === 'escrow-paid'),
  }
}

function toneOf(type: string, isGood: boolean): Step['tone'] {
  if (isGood) return 'good'
  return bad.has(type) ? 'bad' : 'plain'
}
