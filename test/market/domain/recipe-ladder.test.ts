import { expect, test } from 'vitest'
import { buildLadder } from '#market/domain/ladder.ts'
import { ladderFor, requireLargeEnough, tooSmallFor } from '#market/domain/recipe-ladder.ts'
import { Ladder } from '#protocol/ladder.ts'
import { canMake, Recipe } from '#protocol/recipe.ts'

const rate = (numerator: number) => ({ numerator, denominator: 1 })
const presets = buildLadder(1920, 1080)

const rows = (recipe: Recipe, framesPerSecond = 30) =>
  ladderFor(recipe, presets, rate(framesPerSecond)).map(
    ({ name, kbps, profile, level }) => `${name} ${kbps} ${profile}@${level}`,
  )

test("the contract's ladder is what it was", () => {
  expect(ladderFor('h264-ts-4', presets, rate(30))).toBe(presets)
})

test('a younger codec has the same sizes and fewer bits, in its own levels', () => {
  expect(rows('h265-fmp4-3')).toEqual([
    '1080p 2810 main@4.0',
    '720p 1560 main@3.1',
    '480p 630 main@3.0',
  ])
  expect(rows('vp9-fmp4-3')).toEqual([
    '1080p 3000 main@4.0',
    '720p 1670 main@3.1',
    '480p 670 main@3.0',
  ])
  expect(rows('av1-fmp4-3')).toEqual([
    '1080p 2250 main@4.0',
    '720p 1250 main@3.1',
    '480p 500 main@3.0',
  ])
})

test('twice the frames a second take a level more', () => {
  expect(rows('h265-fmp4-3', 60)[0]).toBe('1080p 2810 main@4.1')
  expect(rows('av1-fmp4-3', 60)[0]).toBe('1080p 2250 main@4.1')
})

test('every ladder of every recipe is one that its offers may carry', () => {
  for (const recipe of Recipe.options)
    for (const [width, height] of [
      [16, 16],
      [176, 144],
      [1080, 1920],
      [3840, 2160],
    ] as const) {
      const ladder = ladderFor(recipe, buildLadder(width, height), rate(60))
      expect(Ladder.parse(ladder)).toEqual(ladder)
      expect(canMake(recipe, { ladder })).toBe(true)
    }
})

test('pictures that no encoder of a recipe opens are refused in a sentence', () => {
  const sizeOf = (width: number, height: number) => buildLadder(width, height)
  const made = (recipe: Recipe, width: number, height: number): boolean =>
    tooSmallFor(recipe, sizeOf(width, height)) === null
  expect(Recipe.options.map((recipe) => made(recipe, 1, 1))).toEqual([true, false, true, false])
  expect(Recipe.options.map((recipe) => made(recipe, 256, 62))).toEqual([true, true, true, false])
  expect(Recipe.options.map((recipe) => made(recipe, 64, 64))).toEqual([true, true, true, true])
  expect(() => requireLargeEnough('av1-fmp4-3', sizeOf(32, 18))).toThrow(
    expect.objectContaining({
      code: 'input-unsupported',
      message: 'AV1 takes no picture below 64x64, and 18p is 32x18: choose another codec.',
    }),
  )
})

test('only the contract copies, and only the contract has the high profile', () => {
  for (const recipe of Recipe.options) {
    const isContract = recipe === 'h264-ts-4'
    expect(canMake(recipe, { ladder: presets })).toBe(isContract)
    const ladder = ladderFor(recipe, presets, rate(30))
    expect(canMake(recipe, { ladder, copied: '1080p' })).toBe(isContract)
  }
})
