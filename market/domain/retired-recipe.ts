import type { JobOffer } from '#protocol/offer.ts'
import { Recipe } from '#protocol/recipe.ts'

/**
 * True for an offer by a recipe that this program does not have: an earlier one has left it in the node's database. What was encoded
 * of it is of no use to any job of today, and nothing more can be.
 */
export function isRetired({ recipe }: Pick<JobOffer, 'recipe'>): boolean {
  return !Recipe.safeParse(recipe).success
}
