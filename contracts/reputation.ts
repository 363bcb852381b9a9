import type { BlockHeight, HiveAccount } from '#protocol/ids.ts'
import type { Deed, Role } from './deeds.ts'
import { faultOf, rulingDue } from './deeds.ts'
import type { Grown } from './fading.ts'
import { growthAt } from './fading.ts'
import type { Ledger } from './ledger.ts'
import type { ReputationParameters } from './parameters.ts'
import { parametersAt } from './parameters.ts'
import type { RoleRecord, Standings } from './standing.ts'

/** 0 to 1000, and between what it may lie: low ≤ score ≤ high. */
export type Score = { readonly score: number; readonly low: number; readonly high: number }

/** The members of a ledger that scores follow from. */
export type Evidence = Pick<Ledger, 'head' | 'jobs' | 'escrows' | 'standings'>

/** An account's score in a role at a height: the same number for whoever folds the same blocks, in integers throughout. */
export function scoreOf(
  evidence: Evidence,
  account: HiveAccount,
  role: Role,
  height: BlockHeight,
): Score {
  const { reputation } = parametersAt(height)
  return scoreFrom(meritsOf(evidence, account, role, height), reputation)
}

/** What a score is made of, in nano-HBD as they have faded by a height. */
export type Merits = { readonly credit: bigint; readonly faults: bigint }

export function meritsOf(
  evidence: Evidence,
  account: HiveAccount,
  role: Role,
  height: BlockHeight,
): Merits {
  const { reputation } = parametersAt(height)
  const record = evidence.standings.get(account)?.[role]
  const faded = fadingAt(height)
  let credit = 0n
  for (const [counterpart, grown] of record?.good ?? []) {
    const custom = customOf(evidence.standings, account, role, counterpart)
    credit += creditOf(grown, custom, faded, reputation)
  }
  const asleep = role === 'arbiter' ? asleepDeeds(evidence, account, height) : []
  const faults = asleep.reduce((sum, { fault }) => sum + fault * 1_000n, 0n)
  return { credit, faults: faults + faded(record?.faults ?? 0n) }
}

/** Nano-HBD at a height, of a sum of micro-HBD. */
export function fadingAt(height: BlockHeight): (grown: Grown) => bigint {
  const growth = growthAt(height)
  return (grown) => (grown * 1_000n) / growth
}

/** What is known of a counterpart besides its dealings with an account. */
export type Custom = {
  /** What went the other way between the two: that much has only changed hands. */
  readonly returned: Grown
  /** The counterpart's dealings with everybody else. */
  readonly elsewhere: Grown
}

export function customOf(
  standings: Standings,
  account: HiveAccount,
  role: Role,
  counterpart: HiveAccount,
): Custom {
  const own = standings.get(account)
  const other = standings.get(counterpart)
  switch (role) {
    case 'encoder':
      return customWith(own?.creator, other?.creator, account, counterpart)
    case 'creator':
      return customWith(own?.encoder, other?.encoder, account, counterpart)
    default: {
      const here = own?.arbiter?.good.get(counterpart) ?? 0n
      const elsewhere = (other?.creator?.goodTotal ?? 0n) - here
      return { returned: 0n, elsewhere: elsewhere > 0n ? elsewhere : 0n }
    }
  }
}

function customWith(
  ownOpposite: RoleRecord | undefined,
  other: RoleRecord | undefined,
  account: HiveAccount,
  counterpart: HiveAccount,
): Custom {
  const elsewhere = (other?.goodTotal ?? 0n) - (other?.good.get(account) ?? 0n)
  return { returned: ownOpposite?.good.get(counterpart) ?? 0n, elsewhere }
}

/**
 * What one counterpart's custom is credited for, of the one voice that it divides among all it deals with: money counts as far as
 * it is matched by custom elsewhere, and for a small part even where it is not. Rises with the money by ever less; all that a
 * counterpart is credited for, with everybody, never comes to more than its voice.
 */
export function creditOf(
  grown: Grown,
  { returned, elsewhere }: Custom,
  faded: (grown: Grown) => bigint,
  { loyalPart, voice }: ReputationParameters,
): bigint {
  if (grown <= returned) return 0n
  const one = voice * nano
  const money = faded(grown - returned)
  const other = faded(elsewhere)
  const share = (most: bigint): bigint => {
    const heard = money < most ? money : most
    return (one * heard) / (heard + other + one)
  }
  return (share(other + one) + share(other) * (loyalPart - 1n)) / loyalPart
}

const nano = 1_000_000n
const top = 1_000_000n

/** A score in thousandths of a point: 0 to 1,000,000. */
export function pointsFrom({ credit, faults }: Merits, parameters: ReputationParameters): bigint {
  return (
    (levelFrom({ credit, faults }, parameters) * parameters.faultHalf * nano) /
    (parameters.faultHalf * nano + faults)
  )
}

/** What credit is left after the faults decides between the start and the top, or between the start and nothing. */
function levelFrom({ credit, faults }: Merits, parameters: ReputationParameters): bigint {
  const start = parameters.start * 1_000n
  const half = parameters.creditHalf * nano
  const net = credit - faults
  if (net < 0n) return (start * half) / (half - net)
  return start + ((top - start) * net) / (net + half)
}

export function scoreFrom(merits: Merits, parameters: ReputationParameters): Score {
  const { credit, faults } = merits
  const half = parameters.bandHalf * nano
  const ruin = parameters.faultHalf * nano
  const points = pointsFrom(merits, parameters)
  const level = levelFrom(merits, parameters)
  const best = level + ((top - level) * half) / (half + credit)
  return {
    score: Number(points / 1_000n),
    low: Number((points * credit) / (half + credit) / 1_000n),
    high: Number((best * ruin) / (ruin + faults) / 1_000n),
  }
}

/** True for an encoder that is no newcomer: enough jobs, and enough credit, so that its own orders do not make it one. */
export function isKnownEncoder(
  standings: Standings,
  account: HiveAccount,
  height: BlockHeight,
): boolean {
  const { challenge, reputation } = parametersAt(height)
  const record = standings.get(account)?.encoder
  if (!record || record.deeds < challenge.newcomerJobs) return false
  const faded = fadingAt(height)
  let missing = challenge.newcomerCredit * nano + faded(record.faults)
  for (const [counterpart, grown] of record.good) {
    if (missing <= 0n) return true
    const custom = customOf(standings, account, 'encoder', counterpart)
    missing -= creditOf(grown, custom, faded, reputation)
  }
  return missing <= 0n
}

/** Disputes that an arbiter should have ruled by now: held against it for as long as it has not. */
export function asleepDeeds(
  { head, jobs, escrows }: Evidence,
  account: HiveAccount,
  height: BlockHeight,
): readonly Deed[] {
  const { reputation } = parametersAt(height)
  return [...escrows.values()].flatMap((escrow) => {
    if (escrow.phase !== 'disputed' || escrow.terms.agent !== account) return []
    const job = jobs.get(escrow.terms.meta.job)
    if (!head || !job || job.phase === 'offered' || job.phase === 'cancelled') return []
    if (job.awardedAt.transaction !== escrow.terms.opened.transaction) return []
    if (head.time <= rulingDue(escrow.disputedAt, job, reputation.rulingSeconds)) return []
    const deed: Deed = {
      account,
      role: 'arbiter',
      counterpart: null,
      job: job.id,
      at: escrow.disputedAt,
      good: 0n,
      fault: faultOf(['asleep'], escrow.terms.hbd, reputation),
      marks: ['asleep'],
    }
    return [deed]
  })
}
