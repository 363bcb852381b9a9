import type { FrameRate } from '#protocol/grid.ts'
import type { Ladder, Rendition } from '#protocol/ladder.ts'
import type { Recipe } from '#protocol/recipe.ts'
import { recipes } from '#protocol/recipe.ts'
import { MarketError } from '../errors.ts'
import { codecGain } from './ladder.ts'

/** What a level allows: luma samples of a picture, and in a second. */
type Level = readonly [level: Rendition['level'], picture: number, second: number]

/** H.265, table A.8 and A.9, main tier: rates of ours are far below those of its levels. */
const h265Levels: readonly Level[] = [
  ['2.0', 122_880, 3_686_400],
  ['2.1', 245_760, 7_372_800],
  ['3.0', 552_960, 16_588_800],
  ['3.1', 983_040, 33_177_600],
  ['4.0', 2_228_224, 66_846_720],
  ['4.1', 2_228_224, 133_693_440],
  ['5.0', 8_912_896, 267_386_880],
]

/** VP9's levels, as its bitstream specification's annex counts them. */
const vp9Levels: readonly Level[] = [
  ['1.0', 36_864, 829_440],
  ['1.1', 73_728, 2_764_800],
  ['2.0', 122_880, 4_608_000],
  ['2.1', 245_760, 9_216_000],
  ['3.0', 552_960, 20_736_000],
  ['3.1', 983_040, 36_864_000],
  ['4.0', 2_228_224, 83_558_400],
  ['4.1', 2_228_224, 160_432_128],
  ['5.0', 8_912_896, 311_951_360],
]

/** AV1, annex A.3: the rate of pictures that are shown. */
const av1Levels: readonly Level[] = [
  ['2.0', 147_456, 4_423_680],
  ['2.1', 278_784, 8_363_520],
  ['3.0', 665_856, 19_975_680],
  ['3.1', 1_065_024, 31_950_720],
  ['4.0', 2_359_296, 70_778_880],
  ['4.1', 2_359_296, 141_557_760],
  ['5.0', 8_912_896, 267_386_880],
]

const levels: Readonly<Record<Recipe, readonly Level[]>> = {
  'h264-ts-4': [],
  'h265-fmp4-3': h265Levels,
  'vp9-fmp4-3': vp9Levels,
  'av1-fmp4-3': av1Levels,
}

/** Pixels that either side of a picture needs, or its recipe's encoder does not open. */
const leastSide: Readonly<Record<Recipe, number>> = {
  'h264-ts-4': 2,
  'h265-fmp4-3': 16,
  'vp9-fmp4-3': 2,
  'av1-fmp4-3': 64,
}

/** The protocol knows no rendition of less. */
const leastKbps = 50

/**
 * A ladder of the contract as another recipe is to make it: the same sizes, the caps divided by what its codec gains over
 * H.264, and its own profile and level. The contract's own ladder stays as it is.
 */
export function ladderFor(recipe: Recipe, ladder: Ladder, rate: FrameRate): Ladder {
  const { isContract, decodedAs } = recipes[recipe]
  if (isContract) return ladder
  const gain = codecGain[decodedAs] ?? 1
  return ladder.map((rendition) => ({
    ...rendition,
    kbps: Math.max(leastKbps, Math.round(rendition.kbps / gain / 10) * 10),
    profile: 'main',
    level: levelOf(levels[recipe], rendition, rate),
  }))
}

/** Why a recipe's encoder cannot make a ladder, in a sentence; null where it can. */
export function tooSmallFor(recipe: Recipe, ladder: Ladder): string | null {
  const least = leastSide[recipe]
  const small = ladder.find(({ width, height }) => Math.min(width, height) < least)
  return small === undefined
    ? null
    : `${recipes[recipe].codec.toUpperCase()} takes no picture below ${least}x${least}, and ${small.name} is ${small.width}x${small.height}`
}

/** Rejects with `input-unsupported` what no encoder of the recipe can make. */
export function requireLargeEnough(recipe: Recipe, ladder: Ladder): void {
  const reason = tooSmallFor(recipe, ladder)
  if (reason !== null)
    throw new MarketError('input-unsupported', `${reason}: choose another codec.`, { recipe })
}

function levelOf(
  known: readonly Level[],
  { width, height }: Rendition,
  { numerator, denominator }: FrameRate,
): Rendition['level'] {
  const samples = width * height
  const perSecond = (samples * numerator) / denominator
  const fitting = known.find(([, picture, second]) => samples <= picture && perSecond <= second)
  return fitting?.[0] ?? '5.2'
}
