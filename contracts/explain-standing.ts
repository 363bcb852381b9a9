import type { BlockHeight, HiveAccount, JobId } from '#protocol/ids.ts'
import type { ChainPoint } from './block-context.ts'
import type { Deed, Role } from './deeds.ts'
import { deedsOf } from './deeds.ts'
import type { Grown } from './fading.ts'
import { growthAt } from './fading.ts'
import type { Job } from './job.ts'
import type { Mark } from './parameters.ts'
import { parametersAt } from './parameters.ts'
import type { Evidence, Merits, Score } from './reputation.ts'
import { asleepDeeds, creditOf, customOf, fadingAt, pointsFrom, scoreFrom } from './reputation.ts'

/** A score with everything it follows from. `start` and what the entries added come to `points`, exactly. */
export type ExplainedScore = Score & {
  readonly role: Role
  /** The score in thousandths of a point. */
  readonly points: bigint
  readonly start: bigint
  /** Oldest first. */
  readonly entries: readonly ScoreEntry[]
}

export type ScoreEntry = {
  readonly job: JobId
  readonly counterpart: HiveAccount | null
  readonly at: ChainPoint
  readonly marks: readonly Mark[]
  /** Micro-HBD of good work as counted at the time. */
  readonly good: bigint
  /** Thousandths of a point that it added to those before it, as far as it has not faded; below zero for what it cost. */
  readonly added: bigint
  readonly transactions: readonly EvidenceLink[]
}

/** One transaction of the chain behind a figure, and what it did. */
export type EvidenceLink = {
  readonly what:
    | 'award'
    | 'acceptance'
    | 'delivery'
    | 'attestation'
    | 'dispute'
    | 'settlement'
    | 'ruling'
    | 'rating'
    | 'lapse'
  readonly at: ChainPoint
}

/**
 * Why an account has the scores it has, one for each role that it played: made again from the jobs themselves, not from the sums
 * that are kept of them. An account that nobody has dealt with has none.
 */
export function explainStanding(
  evidence: Evidence,
  account: HiveAccount,
  height: BlockHeight,
): readonly ExplainedScore[] {
  const deeds = [...evidence.jobs.values()]
    .flatMap(deedsOf)
    .filter((deed) => deed.account === account)
    .concat(asleepDeeds(evidence, account, height))
    .sort(byTime)
  const roles: readonly Role[] = ['encoder', 'creator', 'arbiter']
  return roles
    .map((role) => deeds.filter((deed) => deed.role === role))
    .filter((ofRole) => ofRole.length > 0)
    .map((ofRole) => explainRole(evidence, ofRole, height))
}

function byTime(left: Deed, right: Deed): number {
  if (left.at.height !== right.at.height) return left.at.height - right.at.height
  return left.job < right.job ? -1 : 1
}

function explainRole(
  evidence: Evidence,
  deeds: readonly Deed[],
  height: BlockHeight,
): ExplainedScore {
  const { reputation } = parametersAt(height)
  const before = { credit: 0n, faults: 0n }
  const start = pointsFrom(before, reputation)
  const follow = createFollower(evidence, height)
  let merits: Merits = before
  let points = start
  const entries = deeds.map((deed): ScoreEntry => {
    merits = follow(deed)
    const next = pointsFrom(merits, reputation)
    const added = next - points
    points = next
    const { job, counterpart, at, marks, good } = deed
    const transactions = linksOf(evidence.jobs.get(job), deed)
    return { job, counterpart, at, marks, good, added, transactions }
  })
  const role = deeds[0]?.role ?? 'encoder'
  return { role, ...scoreFrom(merits, reputation), points, start, entries }
}

/** Adds deed after deed. What counterparts did elsewhere is taken as it is now, so that only the account's own deeds are told apart. */
function createFollower({ standings }: Evidence, height: BlockHeight): (deed: Deed) => Merits {
  const { reputation } = parametersAt(height)
  const faded = fadingAt(height)
  const good = new Map<HiveAccount, Grown>()
  let faults: Grown = 0n
  let asleep = 0n
  let credit = 0n
  return ({ account, role, counterpart, at, good: money, fault, marks }) => {
    const growth = growthAt(at.height)
    if (counterpart) {
      const custom = customOf(standings, account, role, counterpart)
      const known = good.get(counterpart) ?? 0n
      const grown = known + money * growth
      good.set(counterpart, grown)
      credit += creditOf(grown, custom, faded, reputation)
      credit -= creditOf(known, custom, faded, reputation)
    }
    if (marks.includes('asleep')) asleep += fault * 1_000n
    else faults += fault * growth
    return { credit, faults: faded(faults) + asleep }
  }
}

/** The transactions behind a deed of a job, in the order of the chain. */
export function linksOf(
  job: Job | undefined,
  { marks, at, role }: Pick<Deed, 'marks' | 'at' | 'role'>,
): readonly EvidenceLink[] {
  if (!job || job.phase === 'offered' || job.phase === 'cancelled') return silenceLinks(job, at)
  if (marks.includes('silent')) return silenceLinks(job, at)
  const links: EvidenceLink[] = [{ what: 'award', at: job.awardedAt }]
  if (job.phase === 'awarded') return links
  links.push({ what: 'acceptance', at: job.acceptedAt })
  if (job.phase !== 'accepted' && job.delivered) {
    links.push({ what: 'delivery', at: job.delivered.at })
    for (const attestation of job.delivered.attestations)
      links.push({ what: 'attestation', at: attestation.at })
  }
  if (job.dispute) links.push({ what: 'dispute', at: job.dispute.at })
  if (job.phase !== 'settled') return links
  links.push({ what: job.ruling ? 'ruling' : 'settlement', at: job.settledAt })
  if (job.ratedAt && role === 'encoder') links.push({ what: 'rating', at: job.ratedAt })
  return links
}

function silenceLinks(job: Job | undefined, lapsed: ChainPoint): readonly EvidenceLink[] {
  const silence = job?.silences.find(({ lapsedAt }) => lapsedAt.height === lapsed.height)
  if (!silence) return []
  return [
    { what: 'award', at: silence.awardedAt },
    { what: 'lapse', at: silence.lapsedAt },
  ]
}
