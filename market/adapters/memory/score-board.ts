import type { Role } from '#contracts/deeds.ts'
import type { Ledger } from '#contracts/ledger.ts'
import type { Score } from '#contracts/reputation.ts'
import { scoreOf } from '#contracts/reputation.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import type { ScoreChange } from '../../ports/market-history.ts'
import { everybody, hasRole, roles } from '../../services/keep-scores.ts'

/** Everybody's scores by which lists are ordered: as of the last block that changed an account, or of a later checkpoint. */
export type ScoreBoard = {
  readonly note: (changes: readonly ScoreChange[]) => void
  readonly in: (role: Role) => ReadonlyMap<HiveAccount, Score>
}

/** Begins with the scores as of a ledger. */
export function createScoreBoard(ledger: Ledger): ScoreBoard {
  const scores: Readonly<Record<Role, Map<HiveAccount, Score>>> = {
    encoder: new Map(),
    creator: new Map(),
    arbiter: new Map(),
  }
  const { head } = ledger
  if (head)
    for (const account of everybody(ledger))
      for (const role of roles.filter((each) => hasRole(ledger, account, each)))
        scores[role].set(account, scoreOf(ledger, account, role, head.height))
  return {
    note: (changes) => {
      for (const { account, role, score } of changes) {
        if (score) scores[role].set(account, score)
        else scores[role].delete(account)
      }
    },
    in: (role) => scores[role],
  }
}
