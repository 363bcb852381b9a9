import type { Ledger } from '#contracts/ledger.ts'
import type { Standing } from '#contracts/standing.ts'
import { Table } from '#contracts/table.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { ProjectedCustom, ProjectedStanding, Projection } from '../ports/projection-store.ts'
import type { Scores } from './keep-scores.ts'
import { roles } from './keep-scores.ts'

/** The rows of everybody who was scored, and of whom each had good custom. */
export function projectStandings(
  start: Ledger,
  end: Ledger,
  scores: Scores,
): Pick<Projection, 'standings' | 'endedStandings' | 'custom'> {
  const standings: ProjectedStanding[] = []
  const endedStandings: Pick<ProjectedStanding, 'account' | 'role'>[] = []
  for (const [account, { byRole, activeTime }] of scores)
    for (const role of roles) {
      const score = byRole.get(role)
      const record = end.standings.get(account)?.[role] ?? null
      if (score) standings.push({ account, role, score, activeTime, record })
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
