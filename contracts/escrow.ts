import type { MilliHbd } from '#protocol/amount.ts'
import { milliHbd } from '#protocol/amount.ts'
import { EscrowMeta } from '#protocol/bid.ts'
import type { ChainTime, EscrowId, HiveAccount } from '#protocol/ids.ts'
import type { LedgerAction } from '#protocol/ledger-block.ts'
import type { ChainPoint } from './block-context.ts'
import type { Outcome } from './outcome.ts'
import { accepted, refused } from './outcome.ts'

/**
 * A mirror of one of hived's escrows, folded from escrow operations and block times alone:
 * what a custom_json claims about money is never believed.
 *
 *   pending -> funded -> disputed -> closed
 *      |          '-------------------^
 *      '-> closed (rejected)
 *
 * hived has applied every operation seen here, so a refusal means that the node that served the block lies or omits.
 * Funding and rejection are hived's virtual operations; they are derived here and held against those that were served.
 */
export type Escrow = PendingEscrow | FundedEscrow | DisputedEscrow | ClosedEscrow

type EscrowTerms = {
  readonly from: HiveAccount
  readonly to: HiveAccount
  readonly agent: HiveAccount
  readonly id: EscrowId
  readonly hbd: MilliHbd
  readonly fee: MilliHbd
  readonly meta: EscrowMeta
  readonly ratificationDeadline: ChainTime
  readonly expiration: ChainTime
  /** The transaction that opened it. Ids are used again after closing, so only this makes the identity whole. */
  readonly opened: ChainPoint
}

/** What each side released to itself after the escrow's end, without the other. */
export type Taken = { readonly byEncoder: MilliHbd; readonly byCreator: MilliHbd }

export type Approval = { readonly by: HiveAccount; readonly at: ChainPoint }
export type PendingEscrow = {
  readonly phase: 'pending'
  readonly terms: EscrowTerms
  readonly approvals: readonly Approval[]
}
type Balance = {
  readonly held: MilliHbd
  readonly toEncoder: MilliHbd
  readonly toCreator: MilliHbd
  readonly taken: Taken
}
export type FundedEscrow = Balance & {
  readonly phase: 'funded'
  readonly terms: EscrowTerms
  readonly approvals: readonly Approval[]
  readonly fundedAt: ChainPoint
}
export type DisputedEscrow = Omit<FundedEscrow, 'phase'> & {
  readonly phase: 'disputed'
  readonly disputedBy: HiveAccount
  readonly disputedAt: ChainPoint
}
export type ClosedEscrow = {
  readonly phase: 'closed'
  readonly terms: EscrowTerms
  readonly toEncoder: MilliHbd
  readonly toCreator: MilliHbd
  readonly taken: Taken
  readonly approvals: readonly Approval[]
  /** Rejected: a side refused; lapsed: a side said nothing in time. Everything and the fee went back. */
  readonly reason: 'rejected' | 'lapsed' | 'released'
  readonly releasedBy: HiveAccount | null
  readonly disputedBy: HiveAccount | null
  readonly closedAt: ChainPoint
}

export type EscrowRefusal =
  | 'already-open'
  | 'not-open'
  | 'not-pending'
  | 'not-funded'
  | 'already-approved'
  | 'already-disputed'
  | 'parties-differ'
  | 'more-than-held'

/** A virtual operation that hived must have made at this point. */
export type EscrowFact = {
  readonly type: 'escrow-approved' | 'escrow-rejected'
  readonly from: HiveAccount
  readonly escrow: EscrowId
}

type EscrowOutcome = Outcome<Escrow, EscrowFact, EscrowRefusal>
type Action<T extends LedgerAction['type']> = Extract<LedgerAction, { type: T }>

/** Reads the meta of an escrow; null where it is none of the market's. */
export function parseEscrowMeta(text: string, app: string): EscrowMeta | null {
  try {
    const meta = EscrowMeta.parse(JSON.parse(text))
    return meta.app === app ? meta : null
  } catch {
    return null
  }
}

/** (none) -> pending. */
export function openEscrow(
  escrow: Escrow | undefined,
  action: Action<'escrow-transfer'>,
  meta: EscrowMeta,
  at: ChainPoint,
): EscrowOutcome {
  if (escrow) return refused('already-open')
  const { from, to, agent, escrow: id, hbd, fee, ratificationDeadline, expiration } = action
  const terms = {
    from,
    to,
    agent,
    id,
    hbd,
    fee,
    meta,
    ratificationDeadline,
    expiration,
    opened: at,
  }
  return accepted({ phase: 'pending', terms, approvals: [] })
}

/** pending -> pending | funded | closed: a second approval pays the agent's fee, a refusal gives everything back. */
export function approveEscrow(
  escrow: Escrow | undefined,
  action: Action<'escrow-approve'>,
  at: ChainPoint,
): EscrowOutcome {
  if (!escrow) return refused('not-open')
  if (escrow.phase !== 'pending') return refused('not-pending')
  if (!samePartiesAs(escrow, action)) return refused('parties-differ')
  if (escrow.approvals.some(({ by }) => by === action.who)) return refused('already-approved')
  if (!action.approve) return rejectEscrow(escrow, at, 'rejected')
  const approvals = [...escrow.approvals, { by: action.who, at }]
  if (approvals.length < 2) return accepted({ ...escrow, approvals })
  return fundEscrow({ ...escrow, approvals }, at)
}

/** pending -> closed: the ratification deadline passed. Call at the end of each block, as hived does. */
export function lapseEscrow(escrow: Escrow, at: ChainPoint): EscrowOutcome {
  if (escrow.phase !== 'pending' || escrow.terms.ratificationDeadline > at.time)
    return refused('not-pending')
  return rejectEscrow(escrow, at, 'lapsed')
}

const none = milliHbd(0n)
const nothingTaken: Taken = { byEncoder: none, byCreator: none }

function fundEscrow({ terms, approvals }: PendingEscrow, at: ChainPoint): EscrowOutcome {
  const balance = { held: terms.hbd, toEncoder: none, toCreator: none, taken: nothingTaken }
  return accepted({ phase: 'funded', terms, approvals, ...balance, fundedAt: at }, [
    factOf(terms, 'escrow-approved'),
  ])
}

function rejectEscrow(
  { terms, approvals }: PendingEscrow,
  at: ChainPoint,
  reason: 'rejected' | 'lapsed',
): EscrowOutcome {
  const closed: ClosedEscrow = {
    phase: 'closed',
    terms,
    toEncoder: none,
    toCreator: terms.hbd,
    taken: nothingTaken,
    approvals,
    reason,
    releasedBy: null,
    disputedBy: null,
    closedAt: at,
  }
  return accepted(closed, [factOf(terms, 'escrow-rejected')])
}

function factOf({ from, id }: EscrowTerms, type: EscrowFact['type']): EscrowFact {
  return { type, from, escrow: id }
}

/** funded -> disputed: from here on only the agent can release. */
export function disputeEscrow(
  escrow: Escrow | undefined,
  action: Action<'escrow-dispute'>,
  at: ChainPoint,
): EscrowOutcome {
  if (!escrow) return refused('not-open')
  if (escrow.phase === 'disputed') return refused('already-disputed')
  if (escrow.phase !== 'funded') return refused('not-funded')
  if (!samePartiesAs(escrow, action)) return refused('parties-differ')
  return accepted({ ...escrow, phase: 'disputed', disputedBy: action.who, disputedAt: at })
}

/** funded | disputed -> the same while something is held, closed when nothing is. */
export function releaseEscrow(
  escrow: Escrow | undefined,
  action: Action<'escrow-release'>,
  at: ChainPoint,
): EscrowOutcome {
  if (!escrow) return refused('not-open')
  if (escrow.phase !== 'funded' && escrow.phase !== 'disputed') return refused('not-funded')
  if (!samePartiesAs(escrow, action)) return refused('parties-differ')
  if (action.hbd > escrow.held) return refused('more-than-held')
  const isToEncoder = action.receiver === escrow.terms.to
  const held = milliHbd(escrow.held - action.hbd)
  const toEncoder = milliHbd(escrow.toEncoder + (isToEncoder ? action.hbd : 0n))
  const toCreator = milliHbd(escrow.toCreator + (isToEncoder ? 0n : action.hbd))
  const taken = takenBy(escrow, action)
  if (held > 0n) return accepted({ ...escrow, held, toEncoder, toCreator, taken })
  return accepted({
    phase: 'closed',
    terms: escrow.terms,
    toEncoder,
    toCreator,
    taken,
    approvals: escrow.approvals,
    reason: 'released',
    releasedBy: action.who,
    disputedBy: escrow.phase === 'disputed' ? escrow.disputedBy : null,
    closedAt: at,
  })
}

function takenBy(
  { terms, taken }: FundedEscrow | DisputedEscrow,
  action: Action<'escrow-release'>,
): Taken {
  if (action.who !== action.receiver) return taken
  return action.who === terms.to
    ? { ...taken, byEncoder: milliHbd(taken.byEncoder + action.hbd) }
    : { ...taken, byCreator: milliHbd(taken.byCreator + action.hbd) }
}

function samePartiesAs(
  { terms }: Escrow,
  { from, to, agent }: { readonly from: string; readonly to: string; readonly agent: string },
): boolean {
  return terms.from === from && terms.to === to && terms.agent === agent
}
