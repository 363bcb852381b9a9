import type { Role } from '#contracts/deeds.ts'
import type { Ledger } from '#contracts/ledger.ts'
import type { Score } from '#contracts/reputation.ts'
import { scoreOf } from '#contracts/reputation.ts'
import type { Standing } from '#contracts/standing.ts'
import { Table } from '#contracts/table.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { ProjectedCustom, ProjectedStanding, Projection } from '../ports/projection-store.ts'

const roles: readonly Role[] = ['encoder', 'creator', 'arbiter']

/**
 * Scores fade with every block, so what a list is ordered by is as of a block that follows from the chain alone: the last one that
 * changed the account's own record or registration, or a later checkpoint.
 */
export type ScoreKeeper = {
  /** Takes note of one block: the ledger before it and after it. */
  note(before: Ledger, after: Ledger): void
  scores(): Scores
}

/** Accounts that were scored, with the roles in which they stand. */
export type Scores = Iterable<readonly [HiveAccount, ReadonlyMap<Role, Score>]>

export function createScoreKeeper(): ScoreKeeper {
  const known = new Map<HiveAccount, ReadonlyMap<Role, Score>>()
  return {
    note: (before, after) => {
      if (!after.head) return
      const { height } = after.head
      for (const account of accountsToScore(before, after)) {
        const played = roles.filter((role) => hasRole(after, account, role))
        known.set(
          account,
          new Map(played.map((role) => [role, scoreOf(after, account, role, height)])),
        )
      }
    },
    scores: () => known,
  }
}

function accountsToScore(before: Ledger, after: Ledger): Iterable<HiveAccount> {
  if (after.checkpoint.height !== before.checkpoint.height)
    return new Set([...after.standings.keys(), ...after.nodes.keys()])
  return new Set(changedAccounts(before, after))
}

function changedAccounts(before: Ledger, after: Ledger): readonly HiveAccount[] {
  return [
    ...Table.from(after.standings).changedSince(Table.from(before.standings)),
    ...Table.from(after.nodes).changedSince(Table.from(before.nodes)),
  ]
}

/** Who played a role stands in it for ever; who registered for one does as long as the registration says so. */
function hasRole({ standings, nodes }: Ledger, account: HiveAccount, role: Role): boolean {
  if (standings.get(account)?.[role]) return true
  return nodes.get(account)?.roles.includes(role) === true
}

/** The scores that are still true after ranges that follow each other. */
export function lastScores(
  ranges: readonly Pick<Projection, 'standings' | 'endedStandings'>[],
): Scores {
  const last = new Map<HiveAccount, ReadonlyMap<Role, Score>>()
  for (const { standings, endedStandings } of ranges) {
    for (const { account } of endedStandings) last.set(account, new Map())
    for (const [account, rows] of Map.groupBy(standings, (row) => row.account))
      last.set(account, new Map(rows.map(({ role, score }) => [role, score])))
  }
  return last
}

/** The rows of everybody who was scored, and of whom each had good custom. */
export function projectStandings(
  start: Ledger,
  end: Ledger,
  scores: Scores,
): Pick<Projection, 'standings' | 'endedStandings' | 'custom'> {
  const standings: ProjectedStanding[] = []
  const endedStandings: Pick<ProjectedStanding, 'account' | 'role'>[] = []
  for (const [account, ofAccount] of scores)
    for (const role of roles) {
      const score = ofAccount.get(role)
      const record = end.standings.get(account)?.[role] ?? null
      if (score) standings.push({ account, role, score, record })
      else endedStandings.push({ account, role })
    }
  const custom = [...Table.from(end.standings).changedSince(Table.from(start.standings))].flatMap(
    (account) => changedCustom(account, start.standings.get(account), end.standings.get(account)),
  )
  return { standings, endedStandings, custom }
}

function changedCustom(
  account: HiveAccount,
  before: Standing = {},
  after: Standing = {},
): readonly ProjectedCustom[] {
  return roles.flatMap((role) => {
    const known = before[role]?.good ?? new Map<HiveAccount, bigint>()
    const good = after[role]?.good ?? new Map<HiveAccount, bigint>()
    if (known === good) return []
    const kept = [...good]
      .filter(([counterpart, sum]) => known.get(counterpart) !== sum)
      .map(([counterpart, sum]) => ({ account, role, counterpart, good: sum }))
    const gone = [...known.keys()]
      .filter((counterpart) => !good.has(counterpart))
      .map((counterpart) => ({ account, role, counterpart, good: null }))
    return [...kept, ...gone]
  })
}
