import type { Footing } from '#node/verification/footing.ts'
import type { Fault } from '#protocol/attestation.ts'
import type { Column, Figures } from './honest-spread.ts'
import { pictureColumns, soundColumns } from './honest-spread.ts'
import type { VerificationCost } from './verification-cost.ts'

/** One leaf of one variant of one film, and what was found. */
export type Measured = {
  readonly film: string
  readonly variant: string
  readonly kind: 'picture' | 'sound'
  readonly isHonest: boolean
  readonly figures: Figures
  readonly faults: readonly Fault[]
  readonly footing: Footing
  /** Of a cheat: it equals honest work on the same leaf, in all that can be measured. */
  readonly isLikeHonest?: boolean
}

export const isAlarm = ({ isHonest, faults }: Measured): boolean => isHonest && faults.length > 0

/** A cheat that nothing was found in, though it can be told from honest work. */
export const isMissed = ({ isHonest, isLikeHonest, faults }: Measured): boolean =>
  !isHonest && !isLikeHonest && faults.length === 0

const leastHonest = 200
const leastFound = 0.99

/** Why a run is no proof: an honest encoder accused, too few of them measured, or cheats missed on firm ground. */
export function failuresOf(
  measured: readonly Measured[],
  { isComplete }: { readonly isComplete: boolean },
): readonly string[] {
  const honest = measured.filter(({ isHonest }) => isHonest)
  const alarms = honest.filter(isAlarm)
  const firm = measured.filter(
    ({ isHonest, isLikeHonest, footing }) => !isHonest && !isLikeHonest && footing === 'firm',
  )
  const missed = firm.filter(isMissed)
  return [
    ...(alarms.length > 0 ? [`${alarms.length} false alarms`] : []),
    ...(isComplete && honest.length < leastHonest ? [`only ${honest.length} honest leaves`] : []),
    ...(missed.length > (1 - leastFound) * firm.length
      ? [`${missed.length} of ${firm.length} cheating leaves missed`]
      : []),
  ]
}

/** The section of RESULTS.md: the limits, the worst honest and the mildest cheating figure of every variant. */
export function sectionOf(measured: readonly Measured[], build: string): string {
  const honest = measured.filter(({ isHonest }) => isHonest)
  const cheats = measured.filter(({ isHonest }) => !isHonest)
  const alarms = honest.filter(isAlarm)
  const alike = cheats.filter(({ isLikeHonest, faults }) => isLikeHonest && faults.length === 0)
  const told = cheats.filter((leaf) => !alike.includes(leaf))
  const films = new Set(measured.map(({ film }) => film)).size
  const sound = measured.filter(({ kind }) => kind === 'sound')
  return [
    '## Verification: honest encoders and cheats',
    '',
    `${build}. Leaves of 24 frames of ${films} films, judged by \`node/verification/thresholds.ts\`.`,
    '',
    `- honest leaves: ${honest.length}, false alarms: ${alarms.length}${listed(alarms)}`,
    ...footings.map((footing) => {
      const of = told.filter((leaf) => leaf.footing === footing)
      const missed = of.filter(isMissed)
      return `- cheating leaves on ${footing} ground: ${of.length}, missed: ${missed.length}${listed(missed)}`
    }),
    `- cheating leaves that equal honest work on the same leaf in every figure, to within a twentieth of its limit, and are not counted: ${alike.length}${listed(alike)}`,
    '',
    'The figure of each variant that is nearest to the limit, over all films (honest: the worst; cheats: the mildest and the median).',
    ...footings.flatMap((footing) => [
      '',
      `Pictures on ${footing} ground:`,
      '',
      ...table(
        measured.filter((leaf) => leaf.kind === 'picture' && leaf.footing === footing),
        pictureColumns(footing),
      ),
    ]),
    '',
    'Sound:',
    '',
    ...table(sound, soundColumns),
  ].join('\n')
}

const footings = ['firm', 'unsteady', 'drowned'] as const

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

function table(rows: readonly Measured[], columns: readonly Column[]): readonly string[] {
  const names = [...new Set(rows.map(({ variant }) => variant))]
  return [
    `| variant | ${columns.map(({ figure }) => figure).join(' | ')} | found |`,
    `|---|${columns.map(() => '---').join('|')}|---|`,
    `| **limit** | ${columns.map(({ limit }) => (Number.isFinite(limit) ? `**${limit}**` : '–')).join(' | ')} | |`,
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
