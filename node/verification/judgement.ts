import type { Fault, FaultFigure } from '#protocol/attestation.ts'
import type { Footing } from './footing.ts'
import { footingOf } from './footing.ts'
import type { KeptSound } from './kept-sound.ts'
import type { LeafPlace } from './leaf.ts'
import type { PictureFigures } from './picture-figures.ts'
import type { KeptWave, SoundFigures } from './sound-figures.ts'
import type { PictureLimits } from './thresholds.ts'
import { keptLimits, limitsOn, soundLimits } from './thresholds.ts'

/** One figure, how far it may go, and what it is called when it goes further. */
type Rule = {
  readonly code: Fault['code']
  readonly figure: FaultFigure
  readonly measured: number
  readonly limit: number
  readonly bound: 'at most' | 'at least'
}

/** What is wrong with a leaf by its rules: one fault for each code, the plainest first. */
function faultsBy(rules: readonly Rule[], place: LeafPlace): readonly Fault[] {
  const broken = rules.filter(({ measured, limit, bound }) =>
    bound === 'at most' ? !(measured <= limit) : !(measured >= limit),
  )
  const named = new Map(broken.toReversed().map((rule) => [rule.code, rule]))
  return broken
    .filter((rule) => named.get(rule.code) === rule)
    .map(({ code, figure, measured, limit }) => ({
      code,
      ...place,
      evidence: { figure, measured: thousandths(measured), limit: thousandths(limit) },
    }))
}

/** Bytes of a delivered segment, of the verifier's own, and of what the rung's cap could give. */
export type LeafBytes = {
  readonly delivered: number
  readonly reference: number
  readonly cap: number
}

/** How firmly a segment stands by what the verifier's own encode of it is like. */
export function footingOfLeaf({ reference }: PictureFigures, bytes: LeafBytes): Footing {
  return footingOf({ ...reference, capShare: bytes.reference / bytes.cap })
}

export function judgePicture(
  figures: PictureFigures,
  bytes: LeafBytes,
  place: LeafPlace,
): readonly Fault[] {
  return faultsBy(pictureRules(figures, bytes), place)
}

export function judgeSound(figures: SoundFigures, place: LeafPlace): readonly Fault[] {
  return faultsBy(soundRules(figures), place)
}

const waveFigures: ReadonlySet<FaultFigure | undefined> = new Set([
  'correlation',
  'worst-correlation',
])

/** True for what says that a segment's wave is another than that of the verifier's own. */
export function isAboutWave({ evidence }: Fault): boolean {
  return waveFigures.has(evidence?.figure)
}

/**
 * True for a segment that is so near to the source that it is as true to it as the verifier's own. No encoder can keep the wave of white
 * noise at our rate, so that two of them agree on it no better than each with the source; what the own has kept is asked for as ever.
 */
export function isKeptAsWell({ low, high }: KeptSound, own: KeptSound): boolean {
  const { lostFactor, leastCorrelation, distance } = keptLimits
  const keeps = (figure: keyof KeptWave): boolean =>
    1 - low[figure] <= Math.max(1 - soundLimits[figure], lostFactor * (1 - own.low[figure]))
  return (
    keeps('correlation') &&
    keeps('worstCorrelation') &&
    low.correlation >= leastCorrelation &&
    high.mean <= distance.mean + own.high.mean &&
    high.worst <= distance.worst + own.high.worst
  )
}

function pictureRules(figures: PictureFigures, bytes: LeafBytes): readonly Rule[] {
  const limits = limitsOn[footingOfLeaf(figures, bytes)]
  const most = (
    code: Fault['code'],
    figure: FaultFigure,
    key: Exclude<keyof PictureFigures, 'reference'> & keyof PictureLimits,
  ): Rule => ({ code, figure, measured: figures[key], limit: limits[key], bound: 'at most' })
  return [
    most('picture-black', 'black-share', 'blackShare'),
    most('picture-shifted', 'shift-gain', 'shiftGain'),
    most('picture-frozen', 'frozen-share', 'frozenShare'),
    most('picture-differs', 'tile-peak', 'tilePeak'),
    most('picture-differs', 'tile-lasting', 'tileLasting'),
    most('picture-differs', 'worst-similarity-loss', 'worstSimilarityLoss'),
    {
      code: 'detail-lost',
      figure: 'detail-ratio',
      measured: figures.detailRatio,
      limit: limits.detailRatio,
      bound: 'at least',
    },
    most('quality-low', 'noise-gain', 'noiseGain'),
    most('quality-low', 'similarity-loss', 'similarityLoss'),
    most('colours-differ', 'chroma-noise-gain', 'chromaNoiseGain'),
    {
      code: 'bitrate-out-of-bounds',
      figure: 'bytes-ratio',
      measured: bytes.delivered / bytes.reference,
      limit: limits.bytesRatio,
      bound: 'at least',
    },
  ]
}

function soundRules(figures: SoundFigures): readonly Rule[] {
  const rule = (
    code: Fault['code'],
    figure: FaultFigure,
    measured: number,
    key: keyof typeof soundLimits,
    bound: Rule['bound'],
  ): Rule => ({ code, figure, measured, limit: soundLimits[key], bound })
  const { shiftSeconds, levelDifference, silentShare, correlation, worstCorrelation } = figures
  return [
    rule('sound-silent', 'silent-share', silentShare, 'silentShare', 'at most'),
    rule('sound-shifted', 'shift-seconds', Math.abs(shiftSeconds), 'shiftSeconds', 'at most'),
    rule('sound-differs', 'correlation', correlation, 'correlation', 'at least'),
    rule('sound-differs', 'worst-correlation', worstCorrelation, 'worstCorrelation', 'at least'),
    rule(
      'sound-differs',
      'level-difference',
      Math.abs(levelDifference),
      'levelDifference',
      'at most',
    ),
  ]
}

/** A measurement that could not be had is no number, and beyond every limit. */
function thousandths(value: number): number {
  return Number.isFinite(value) ? Math.round(value * 1_000) : 0
}

/** All that was measured of a picture or a sound, by the names the chain has for it. */
export function namedPictureFigures(
  figures: PictureFigures,
  bytes: LeafBytes,
): Readonly<Partial<Record<FaultFigure, number>>> {
  return Object.fromEntries(
    pictureRules(figures, bytes).map(({ figure, measured }) => [figure, measured]),
  )
}

export function namedSoundFigures(
  figures: SoundFigures,
): Readonly<Partial<Record<FaultFigure, number>>> {
  return Object.fromEntries(soundRules(figures).map(({ figure, measured }) => [figure, measured]))
}
