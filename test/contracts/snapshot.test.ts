import { expect, test } from 'vitest'
import { snapshotVersion } from '#contracts/snapshot.ts'
import { Recipe } from '#protocol/recipe.ts'

/**
 * A snapshot of another program, read as if it were today's, would hold offers that today's refuses. Who changes the recipes
 * changes the version, and then this.
 */
test('a snapshot’s version is another wherever offers can name other recipes', () => {
  expect({ version: snapshotVersion, recipes: Recipe.options }).toEqual({
    version: 5,
    recipes: ['h264-ts-3', 'h265-fmp4-2', 'vp9-fmp4-2', 'av1-fmp4-2'],
  })
})
