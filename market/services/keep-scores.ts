import type { Role } from '#contracts/deeds.ts'
import type { Ledger } from '#contracts/ledger.ts'
import type { Score } from '#contracts/reputation.ts'
import { scoreOf } from '#contracts/reputation.ts'
import { Table } from '#contracts/table.ts'
import type { ChainTime, HiveAccount } from '#protocol/ids.ts'
import type { ProjectedPoint, Projection } from '../ports/projection-store.ts'

export const roles: readonly Role[] = ['encoder', 'creator', 'arbiter']

/** Blocks between the points of a score that no deed moves: a day of 3 seconds. It fades by less than a hundredth in that. */
export const stepBlocks = 28_800

/**
 * Scores fade with every block, so what a list is ordered by is as of a block that follows from the chain alone: the last one that
 * changed the account's own record or registration, or a later checkpoint.
 */
export type ScoreKeeper = {
  /** Takes note of one block: the ledger before it and after it. */
  note(before: Ledger, after: Ledger): void
  scores(): Scores
  /** What scores were after the blocks that changed them, and at every step in between. */
  points(): readonly ProjectedPoint[]
}

type KeptScores = {
  readonly byRole: ReadonlyMap<Role, Score>
  /** Of the last block that changed the account; null where only checkpoints came by. */
  readonly activeTime: ChainTime | null
}

/** Accounts that were scored, with the roles in which they stand. */
export type Scores = Iterable<readonly [HiveAccount, KeptScores]>

export function createScoreKeeper(): ScoreKeeper {
  const known = new Map<HiveAccount, KeptScores>()
  const points: ProjectedPoint[] = []
  return {
    note: (before, after) => {
      if (!after.head) return
      const { height, time } = after.head
      const changed = new Set(changedAccounts(before, after))
      for (const account of isCheckpoint(before, after) ? everybody(after) : changed) {
        const byRole = new Map(
          roles
            .filter((role) => hasRole(after, account, role))
            .map((role) => [role, scoreOf(after, account, role, height)]),
        )
        const activeTime = changed.has(account) ? time : (known.get(account)?.activeTime ?? null)
        known.set(account, { byRole, activeTime })
      }
      points.push(...pointsAt(before, after))
    },
    scores: () => known,
    points: () => points,
  }
}

function isCheckpoint(before: Ledger, after: Ledger): boolean {
  return after.checkpoint.height !== before.checkpoint.height
}

export function everybody({ standings, nodes }: Ledger): Iterable<HiveAccount> {
  return new Set([...standings.keys(), ...nodes.keys()])
}

function changedAccounts(before: Ledger, after: Ledger): readonly HiveAccount[] {
  return [
    ...Table.from(after.standings).changedSince(Table.from(before.standings)),
    ...Table.from(after.nodes).changedSince(Table.from(before.nodes)),
  ]
}

/** Who played a role stands in it for ever; who registered for one does as long as the registration says so. */
export function hasRole({ standings, nodes }: Ledger, account: HiveAccount, role: Role): boolean {
  if (standings.get(account)?.[role]) return true
  return nodes.get(account)?.roles.includes(role) === true
}

function pointsAt(before: Ledger, after: Ledger): readonly ProjectedPoint[] {
  const { head, standings } = after
  if (!head) return []
  const isStep = head.height % stepBlocks === 0
  const accounts = isStep
    ? standings.keys()
    : Table.from(standings).changedSince(Table.from(before.standings))
  const points: ProjectedPoint[] = []
  for (const account of accounts)
    for (const role of roles) {
      const record = standings.get(account)?.[role]
      const isDeed = record !== before.standings.get(account)?.[role]
      if (!record || !(isDeed || isStep)) continue
      const { height, time } = head
      points.push({ account, role, height, time, ...scoreOf(after, account, role, height), isDeed })
    }
  return points
}

/** The scores that are still true after ranges that follow each other. */
export function lastScores(
  ranges: readonly Pick<Projection, 'standings' | 'endedStandings'>[],
): Scores {
  const last = new Map<HiveAccount, KeptScores>()
  for (const { standings, endedStandings } of ranges) {
    const activeTimeOf = (account: HiveAccount) => last.get(account)?.activeTime ?? null
    // Who ended one role may stand in another, which is among the rows below.
    for (const { account } of endedStandings)
      last.set(account, { byRole: new Map(), activeTime: activeTimeOf(account) })
    for (const [account, rows] of Map.groupBy(standings, (row) => row.account)) {
      const activeTime = rows[0]?.activeTime ?? activeTimeOf(account)
      const byRole = new Map(rows.map(({ role, score }) => [role, score]))
      last.set(account, { byRole, activeTime })
    }
  }
  return last
}
