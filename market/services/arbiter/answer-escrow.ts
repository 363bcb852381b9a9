import type { PendingEscrow } from '#contracts/escrow.ts'
import type { Recipe } from '#protocol/recipe.ts'
import { escrowApprove, partiesOfEscrow } from '../../domain/hive-operations.ts'
import { MarketError } from '../../errors.ts'
import { ensureSubmitted } from '../submit.ts'
import type { ArbiterDeps } from './arbiter-deps.ts'

/**
 * Stands by an escrow that pays for a valid award and brings the fee; refuses any other, so that its payer is free at once. A
 * recipe that was never followed here is tried first: who could not make the check could not rule.
 */
export function answerEscrow(deps: ArbiterDeps, escrow: PendingEscrow, unable: Set<Recipe>): void {
  const { outbox, account, ledger, options } = deps
  const { terms, approvals } = escrow
  if (approvals.some(({ by }) => by === account)) return
  const job = ledger.current().jobs.get(terms.meta.job)
  const isAwarded =
    job?.phase === 'awarded' && job.awardedAt.transaction === terms.opened.transaction
  if (isAwarded && !isTried(deps, job.offer.recipe, unable)) return
  const isGood = isAwarded && terms.fee >= options.fee && !unable.has(job.offer.recipe)
  const verdict = isGood ? 'approve' : 'refuse'
  ensureSubmitted(outbox, {
    key: `escrow ${terms.opened.transaction}/${verdict}`,
    account,
    roles: ['active'],
    operations: () => [escrowApprove(partiesOfEscrow(escrow), account, verdict)],
  })
}

/** False while it is being found out whether a recipe can be followed here; what cannot is noted in `unable`. */
function isTried(
  { engine, background }: ArbiterDeps,
  recipe: Recipe,
  unable: Set<Recipe>,
): boolean {
  if (engine.proofOf(recipe) || unable.has(recipe)) return true
  background.start(`prove ${recipe}`, async (signal) => {
    await engine.prove(recipe, { signal }).catch((error: unknown) => {
      if (!(error instanceof MarketError) || error.code !== 'unsupported-here') throw error
      unable.add(recipe)
    })
  })
  return false
}
