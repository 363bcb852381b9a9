import type { HiveAccount } from '#protocol/ids.ts'
import type { Deed, Role } from './deeds.ts'
import { deedsOf } from './deeds.ts'
import type { Draft } from './draft.ts'
import type { Grown } from './fading.ts'
import { growthAt } from './fading.ts'
import type { Job } from './job.ts'
import type { Mark } from './parameters.ts'

/** What an account's jobs say of it, in each role that it played. */
export type Standing = Readonly<Partial<Record<Role, RoleRecord>>>
export type Standings = ReadonlyMap<HiveAccount, Standing>

/** Sums over an account's deeds in one role. Nothing but sums: the order in which they were made leaves no trace. */
export type RoleRecord = {
  /** Good work by whose custom it was; no entry is zero. */
  readonly good: ReadonlyMap<HiveAccount, Grown>
  readonly goodTotal: Grown
  readonly faults: Grown
  /** Deeds, and what was held against them; they never fade. */
  readonly deeds: bigint
  readonly marks: ReadonlyMap<Mark, bigint>
}

const nothing: RoleRecord = {
  good: new Map(),
  goodTotal: 0n,
  faults: 0n,
  deeds: 0n,
  marks: new Map(),
}

/** Lets the standings follow a job from one state to the next. */
export function followJob(draft: Draft, before: Job | undefined, after: Job): void {
  if (after.phase !== 'settled' && after.silences === before?.silences) return
  const known = before ? deedsOf(before) : []
  // Deeds keep their places; a later operation changes at most what is held against a party, and adds new ones behind.
  for (const [place, deed] of deedsOf(after).entries()) {
    const former = known[place]
    if (former && isSame(former, deed)) continue
    if (former) recordDeed(draft, former, -1n)
    recordDeed(draft, deed, 1n)
  }
}

function isSame(former: Deed, deed: Deed): boolean {
  return former.role === deed.role && former.marks.join() === deed.marks.join()
}

function recordDeed(draft: Draft, deed: Deed, sign: 1n | -1n): void {
  const standing = draft.get('standings', deed.account) ?? {}
  const record = addDeed(standing[deed.role] ?? nothing, deed, sign)
  draft.set('standings', deed.account, { ...standing, [deed.role]: record })
}

function addDeed(record: RoleRecord, deed: Deed, sign: 1n | -1n): RoleRecord {
  const growth = sign * growthAt(deed.at.height)
  const good = deed.good * growth
  return {
    good: deed.counterpart ? addTo(record.good, deed.counterpart, good) : record.good,
    goodTotal: record.goodTotal + good,
    faults: record.faults + deed.fault * growth,
    deeds: record.deeds + sign,
    marks: deed.marks.reduce((sums, mark) => addTo(sums, mark, sign), record.marks),
  }
}

/** A sum that comes to nothing leaves no entry, so that equal histories have equal records. */
function addTo<Key>(
  sums: ReadonlyMap<Key, bigint>,
  key: Key,
  summand: bigint,
): ReadonlyMap<Key, bigint> {
  if (summand === 0n) return sums
  const next = new Map(sums)
  const sum = (next.get(key) ?? 0n) + summand
  if (sum === 0n) next.delete(key)
  else next.set(key, sum)
  return next
}
