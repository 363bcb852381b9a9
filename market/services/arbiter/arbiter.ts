import type { Recipe } from '#protocol/recipe.ts'
import { eachApart } from '../apart.ts'
import { answerEscrow } from './answer-escrow.ts'
import type { ArbiterDeps } from './arbiter-deps.ts'
import { giveOpinion } from './second-opinion.ts'
import { takeCase } from './take-case.ts'

/** The arbiter's side of the market. It keeps no record of its own: the ledger says what is asked of it, the outbox what it has answered. */
export type Arbiter = { advance(): void }

export function createArbiter(deps: ArbiterDeps): Arbiter {
  const unable = new Set<Recipe>()
  return {
    advance: () => {
      const { ledger, account } = deps
      if (!ledger.isSynced() || !ledger.isTrusted()) return
      eachApart(ledger.current().escrows.values(), (escrow) => {
        const isOurs = escrow.terms.agent === account
        if (isOurs && escrow.phase === 'pending') answerEscrow(deps, escrow, unable)
        if (isOurs && escrow.phase === 'disputed') takeCase(deps, escrow)
        if (!isOurs && escrow.phase === 'disputed') giveOpinion(deps, escrow)
      })
    },
  }
}
