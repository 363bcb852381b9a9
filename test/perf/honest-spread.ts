import type { Footing } from '#node/verification/footing.ts'
import { limitsOn, soundLimits } from '#node/verification/thresholds.ts'
import type { FaultFigure } from '#protocol/attestation.ts'

export type Figures = Readonly<Partial<Record<FaultFigure, number>>>

export type Column = {
  readonly figure: FaultFigure
  readonly limit: number
  readonly worst: 'high' | 'low'
}

const high = (figure: FaultFigure, limit: number): Column => ({ figure, limit, worst: 'high' })
const low = (figure: FaultFigure, limit: number): Column => ({ figure, limit, worst: 'low' })

/** What is measured of pictures, how far it may go, and where it is worst. */
export function pictureColumns(footing: Footing): readonly Column[] {
  const limits = limitsOn[footing]
  return [
    high('similarity-loss', limits.similarityLoss),
    high('worst-similarity-loss', limits.worstSimilarityLoss),
    high('noise-gain', limits.noiseGain),
    high('chroma-noise-gain', limits.chromaNoiseGain),
    low('detail-ratio', limits.detailRatio),
    high('frozen-share', limits.frozenShare),
    high('black-share', limits.blackShare),
    high('tile-peak', limits.tilePeak),
    high('tile-lasting', limits.tileLasting),
    high('shift-gain', limits.shiftGain),
    low('bytes-ratio', limits.bytesRatio),
  ]
}

export const soundColumns: readonly Column[] = [
  low('correlation', soundLimits.correlation),
  low('worst-correlation', soundLimits.worstCorrelation),
  high('shift-seconds', soundLimits.shiftSeconds),
  high('level-difference', soundLimits.levelDifference),
  high('silent-share', soundLimits.silentShare),
]

/** A cheat that comes as near to honest work as this share of a limit is no further from it than honest work from itself. */
const tolerance = 0.05

/**
 * True if a leaf lies, in every figure, within what honest encoders make of the same leaf: no limits could tell it from
 * them without accusing one of them.
 */
export function isWithinHonest(
  figures: Figures,
  honest: readonly Figures[],
  columns: readonly Column[],
): boolean {
  return columns.every(({ figure, limit, worst }) => {
    const sign = worst === 'high' ? 1 : -1
    const badness = (of: Figures): number => sign * (of[figure] ?? Number.NaN)
    const room = Number.isFinite(limit) ? tolerance * limit : 0
    return badness(figures) <= Math.max(...honest.map(badness)) + room
  })
}
