import type { Job } from '#contracts/job.ts'
import type { MilliHbd } from '#protocol/amount.ts'
import { formatHbd } from '#protocol/amount.ts'
import type { EncoderKind } from '#protocol/encoding-job.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { ChainEvent } from '../ports/chain-queries.ts'
import type { EncodingResult } from '../ports/job-scheduler.ts'
import { escrowDeadlines } from './offer-terms.ts'
import { nextTier } from './routing.ts'

/** What an event of the queue says besides, for who reads it: the place on the chain among it. */
type Told = Readonly<Record<string, string | number | null>>

/** What a step on the chain means for the job of the queue behind it. */
export type MarketMove =
  /** -> leased: the encoder has it, until the chain says otherwise, or for so many seconds. */
  | {
      readonly type: 'assign'
      readonly encoder: string
      readonly leaseSeconds: number
      readonly told: Told
    }
  /** Stays in its phase. */
  | {
      readonly type: 'tell'
      readonly event: 'accepted' | 'delivered' | 'attested' | 'disputed' | 'withdrawn'
      readonly told: Told
    }
  /** -> queued: the award came to nothing, and its offer stands. */
  | { readonly type: 'reopen'; readonly told: Told }
  /** -> completed */
  | {
      readonly type: 'complete'
      readonly encoder: string
      readonly result: EncodingResult
      readonly paid: MilliHbd
      readonly told: Told
    }
  /** -> queued in the next tier, or failed where there is none: the offer is over, and its id is used up. */
  | {
      readonly type: 'leave'
      readonly to: EncoderKind | null
      readonly why: string
      readonly told: Told
    }

/** Types of steps on the chain that move a job of the queue. */
export const movingSteps = [
  'job-awarded',
  'job-accepted',
  'job-reopened',
  'job-delivered',
  'job-attested',
  'job-disputed',
  'job-settled',
  'job-cancelled',
] as const
type MovingStep = (typeof movingSteps)[number]

/** Beside the ids of registered encoders, none of which begins with an @: nobody can take it for theirs. */
export function marketEncoder(account: HiveAccount): string {
  return `@${account}`
}

/** Room for a chain that is late, after the last moment at which an escrow can be settled in order. */
const graceSeconds = 86_400

type Stepped = {
  readonly step: ChainEvent
  readonly chain: Job
  readonly tiers: readonly EncoderKind[]
  readonly tier: EncoderKind
}

/** The move that follows from a step. A step that is further back than the job on the chain still means what it meant then. */
export function moveAfter({ step, chain, tiers, tier }: Stepped): MarketMove {
  const { transaction, height, actor } = step
  const told: Told = { marketJob: step.job, transaction, height }
  switch (step.type as MovingStep) {
    case 'job-awarded':
      return assign(step, chain, told)
    case 'job-accepted':
      return { type: 'tell', event: 'accepted', told }
    case 'job-reopened':
      return { type: 'reopen', told }
    case 'job-delivered': {
      const { root = null } = deliveryOf(chain) ?? {}
      return { type: 'tell', event: 'delivered', told: { ...told, outputCid: root } }
    }
    case 'job-attested':
      return {
        type: 'tell',
        event: 'attested',
        told: { ...told, by: actor, ...verdict(step, chain) },
      }
    case 'job-disputed':
      return { type: 'tell', event: 'disputed', told: { ...told, by: actor } }
    case 'job-cancelled':
      // An offer may stand on the chain when its job has long gone on to another tier.
      if (tiers.includes('community') && tier !== 'community')
        return { type: 'tell', event: 'withdrawn', told }
      return leave('The offer was withdrawn on the chain.')
    case 'job-settled':
      return completion(chain, told) ?? leave(whyUnpaid(chain))
  }

  function leave(why: string): MarketMove {
    return { type: 'leave', to: nextTier(tiers, tier), why, told }
  }
}

function assign({ receiver, amount, time }: ChainEvent, { offer }: Job, told: Told): MarketMove {
  if (receiver === null || amount === null) throw new Error('an award names encoder and price')
  const encoder = marketEncoder(receiver)
  const { expiration } = escrowDeadlines(time, offer.deliverBy, 0)
  const leaseSeconds = expiration - time + graceSeconds
  const { deliverBy } = offer
  return {
    ...{ type: 'assign', encoder, leaseSeconds },
    told: { ...told, encoder, price: formatHbd(amount), deliverBy },
  }
}

/** Only work that was delivered, and paid for at least in part, is a result. */
function completion(chain: Job, told: Told): MarketMove | null {
  const delivered = deliveryOf(chain)
  if (chain.phase !== 'settled' || !delivered || chain.toEncoder <= 0n) return null
  const { root, renditions, milliseconds } = delivered
  const encoder = marketEncoder(chain.award.encoder)
  return {
    ...{ type: 'complete', encoder, paid: chain.toEncoder },
    result: {
      outputCid: root,
      manifestPath: 'manifest.json',
      qualities: renditions.map(({ name }) => name),
      processingTimeSec: (milliseconds.fetch + milliseconds.encode) / 1_000,
      outputSizeBytes: renditions.reduce((sum, { bytes }) => sum + bytes, 0),
    },
    told: {
      ...{ ...told, encoder, outputCid: root },
      ...{ paid: formatHbd(chain.toEncoder), returned: formatHbd(chain.toCreator) },
    },
  }
}

function whyUnpaid(chain: Job): string {
  if (chain.phase !== 'settled') return 'The offer is over on the chain.'
  const { encoder, arbiter } = chain.award
  if (chain.ruling) return `@${arbiter} ruled that the work of @${encoder} is not to be paid.`
  return chain.toEncoder > 0n
    ? `@${encoder} was paid, and delivered nothing.`
    : `The money went back: @${encoder} had nothing for its work.`
}

function deliveryOf(chain: Job) {
  const delivered =
    chain.phase === 'delivered' || chain.phase === 'settled' ? chain.delivered : null
  return delivered?.operation ?? null
}

function verdict({ transaction }: ChainEvent, chain: Job): Told {
  const delivered =
    chain.phase === 'delivered' || chain.phase === 'settled' ? chain.delivered : null
  const said = delivered?.attestations.find(({ at }) => at.transaction === transaction)
  return said ? { verdict: said.operation.verdict } : {}
}
