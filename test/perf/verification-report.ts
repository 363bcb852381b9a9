import { pictureLimits, soundLimits } from '#node/verification/thresholds.ts'
import type { Fault, FaultFigure } from '#protocol/attestation.ts'
import type { VerificationCost } from './verification-cost.ts'

/** One leaf of one variant of one film, and what was found. */
export type Measured = {
  readonly film: string
  readonly variant: string
  readonly kind: 'picture' | 'sound'
  readonly isHonest: boolean
  readonly figures: Readonly<Partial<Record<FaultFigure, number>>>
  readonly faults: readonly Fault[]
}

type Column = {
  readonly figure: FaultFigure
  readonly limit: number
  readonly worst: 'high' | 'low'
}

const high = (figure: FaultFigure, limit: number): Column => ({ figure, limit, worst: 'high' })
const low = (figure: FaultFigure, limit: number): Column => ({ figure, limit, worst: 'low' })

const pictureColumns: readonly Column[] = [
  high('similarity-loss', pictureLimits.similarityLoss),
  high('worst-similarity-loss', pictureLimits.worstSimilarityLoss),
  high('noise-gain', pictureLimits.noiseGain),
  high('chroma-noise-gain', pictureLimits.chromaNoiseGain),
  low('detail-ratio', pictureLimits.detailRatio),
  high('frozen-share', pictureLimits.frozenShare),
  high('black-share', pictureLimits.blackShare),
  high('tile-peak', pictureLimits.tilePeak),
  high('tile-lasting', pictureLimits.tileLasting),
  high('shift-gain', pictureLimits.shiftGain),
  low('bytes-ratio', pictureLimits.bytesRatio),
]

const soundColumns: readonly Column[] = [
  low('correlation', soundLimits.correlation),
  low('worst-correlation', soundLimits.worstCorrelation),
  high('shift-seconds', soundLimits.shiftSeconds),
  high('level-difference', soundLimits.levelDifference),
  high('silent-share', soundLimits.silentShare),
]

/** The section of RESULTS.md: the limits, the worst honest and the mildest cheating figure of every variant. */
export function sectionOf(measured: readonly Measured[], build: string): string {
  const honest = measured.filter(({ isHonest }) => isHonest)
  const cheats = measured.filter(({ isHonest }) => !isHonest)
  const alarms = honest.filter(({ faults }) => faults.length > 0)
  const missed = cheats.filter(({ faults }) => faults.length === 0)
  const films = new Set(measured.map(({ film }) => film)).size
  return [
    '## Verification: honest encoders and cheats',
    '',
    `${build}. Leaves of 24 frames of ${films} films at 360p, judged by \`node/verification/thresholds.ts\`.`,
    '',
    `- honest leaves: ${honest.length}, false alarms: ${alarms.length}${listed(alarms)}`,
    `- cheating leaves: ${cheats.length}, missed: ${missed.length}${listed(missed)}`,
    '',
    'Pictures: the figure of each variant that is nearest to the limit, over all films (honest: the worst; cheats: the mildest and the median).',
    '',
    ...table(measured, 'picture', pictureColumns),
    '',
    'Sound:',
    '',
    ...table(measured, 'sound', soundColumns),
  ].join('\n')
}

function listed(measured: readonly Measured[]): string {
  if (measured.length === 0) return ''
  return ` (${measured.map(({ film, variant }) => `${variant} of ${film}`).join('; ')})`
}

/** What a check costs beside the encode it checks. */
export function costSection({ seconds, encode, parts, share }: VerificationCost): string {
  const figures = parts.map(({ name, cpu }) => `${name} ${cpu.toFixed(1)} s`).join(', ')
  return [
    '## Verification: cost',
    '',
    `${Math.round(seconds / 60)} minutes of 1080p video, at a newcomer's number of leaves: the encode takes ${encode.toFixed(0)} s of processor time; its check ${figures}.`,
    '',
    ...share.map(({ tier, percent }) => `- ${tier} tier: ${percent.toFixed(1)} % of the encode`),
  ].join('\n')
}

function table(
  measured: readonly Measured[],
  kind: Measured['kind'],
  columns: readonly Column[],
): readonly string[] {
  const rows = measured.filter((row) => row.kind === kind)
  const names = [...new Set(rows.map(({ variant }) => variant))]
  return [
    `| variant | ${columns.map(({ figure }) => figure).join(' | ')} | found |`,
    `|---|${columns.map(() => '---').join('|')}|---|`,
    `| **limit** | ${columns.map(({ limit }) => `**${limit}**`).join(' | ')} | |`,
    ...names.map((name) => {
      const own = rows.filter(({ variant }) => variant === name)
      const found = own.filter(({ faults }) => faults.length > 0).length
      const cells = columns.map((column) => cell(own, column))
      return `| ${own[0]?.isHonest ? '' : '✗ '}${name} | ${cells.join(' | ')} | ${found}/${own.length} |`
    }),
  ]
}

function cell(rows: readonly Measured[], { figure, worst }: Column): string {
  const values = rows.map(({ figures }) => figures[figure] ?? 0).toSorted((a, b) => a - b)
  const sorted = worst === 'high' ? values.toReversed() : values
  const most = sorted[0] ?? 0
  if (rows[0]?.isHonest) return short(most)
  return `${short(sorted.at(-1) ?? 0)} · ${short(sorted[Math.floor(sorted.length / 2)] ?? 0)}`
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)))
}
