import { createLogUpdate } from 'log-update'
import type { FaultFigure } from '#protocol/attestation.ts'
import { formatBar } from '../supervisor/format.ts'
import type { Palette } from '../supervisor/palette.ts'
import { createPalette } from '../supervisor/palette.ts'
import { tellFailure } from '../supervisor/tell-failure.ts'
import type { LeafFinding } from '../verification/leaf.ts'
import type { TreeCheckProgress, TreeReport } from '../verification/tree-check.ts'

type Progress = Omit<TreeCheckProgress, 'stage'> & {
  readonly stage: TreeCheckProgress['stage'] | 'measuring this machine'
}

/** How a check tells people, or programs, how far it is and what it found. */
export type VerifyView = {
  progress(progress: Progress): void
  warn(text: string): void
  finish(report: TreeReport): void
  fail(error: { readonly code: string; readonly message: string }): void
}

const barWidth = 30

/** Percent between two lines where nothing can be drawn over. */
const lineEvery = 10

/** A bar on a terminal, lines in a pipe, JSON for programs. */
export function createVerifyView(
  stream: NodeJS.WriteStream,
  { asJson }: { readonly asJson: boolean },
): VerifyView {
  const print = (text: string): void => {
    stream.write(`${text}\n`)
  }
  if (asJson) return jsonView((value) => print(JSON.stringify(value)))
  return textView(print, createPalette(stream), stream.isTTY ? createLogUpdate(stream) : null)
}

function jsonView(print: (value: unknown) => void): VerifyView {
  return {
    progress: (progress) => print({ progress }),
    warn: (warning) => print({ warning }),
    finish: (result) => print({ result }),
    fail: ({ code, message }) => print({ error: { code, message } }),
  }
}

type Bar = ReturnType<typeof createLogUpdate>

function textView(print: (text: string) => void, paint: Palette, bar: Bar | null): VerifyView {
  let told = ''
  const settle = (lines: readonly string[]): void => {
    bar?.clear()
    for (const line of lines) print(line)
  }
  return {
    progress: (progress) => {
      const mark = `${progress.stage} ${Math.floor(progress.percent / lineEvery)}`
      if (!bar && mark === told) return
      told = mark
      if (bar) bar(progressLine(progress))
      else print(progressLine(progress))
    },
    warn: (text) => settle([paint.dim(text)]),
    finish: (report) => settle(reportLines(report, paint)),
    fail: (error) => {
      settle([])
      tellFailure(error)
    },
  }
}

const stageNames: Readonly<Record<Progress['stage'], string>> = {
  'measuring this machine': 'machine',
  hashing: 'content ids',
  source: 'source',
  fetching: 'fetching',
  structure: 'structure',
  'awaiting-seed': 'seed',
  challenge: 'challenge',
}

function progressLine({ stage, percent }: Progress): string {
  const bar = formatBar(percent, barWidth)
  return `${stageNames[stage].padEnd(12)} ${bar} ${`${Math.floor(percent)} %`.padStart(5)}`
}

/** What was found, for people: what was looked at, each leaf with its figures, and the verdict. */
function reportLines(report: TreeReport, paint: Palette): readonly string[] {
  const { root, merkleRoot, leaves = 0, tier, seed, challenged, findings, faults, verdict } = report
  const { absent = [] } = report
  const how = tier === 'exact' ? 'byte by byte' : 'by measuring, as it is of another class'
  const atLarge = faults.filter(({ segment }) => segment === undefined || findings.length === 0)
  return [
    ...(root ? [`root         ${root}`] : []),
    ...(merkleRoot ? [`Merkle root  ${merkleRoot} over ${leaves} leaves`] : []),
    ...(findings.length > 0
      ? [`seed         ${seed}`, `challenged   ${challenged.length} leaves, ${how}`]
      : []),
    ...findings.map((finding) => findingLine(finding, paint)),
    ...atLarge.map((fault) => `  ${paint.bad('✗')} ${faultText(fault)}`),
    ...(absent.length > 0
      ? [`left out     ${absent.join(', ')}, which the source has lines for`]
      : []),
    verdict === 'pass'
      ? paint.good('The tree is what it says it is.')
      : paint.bad(`The tree is not what it says it is: ${counted(faults.length)}.`),
  ]
}

function counted(faults: number): string {
  return faults === 1 ? 'one fault' : `${faults} faults`
}

function findingLine({ rendition, segment, figures, faults }: LeafFinding, paint: Palette): string {
  const place = `${rendition.padEnd(6)} ${String(segment).padStart(4)}`
  if (faults.length === 0)
    return `  ${paint.good('✓')} ${place}  ${paint.dim(figuresText(figures))}`
  return `  ${paint.bad('✗')} ${place}  ${faults.map(faultText).join(', ')}`
}

/** The four figures that say most to a person; the rest is in the JSON. */
const shownFigures: readonly FaultFigure[] = [
  'noise-gain',
  'detail-ratio',
  'tile-peak',
  'correlation',
]

function figuresText(figures: LeafFinding['figures']): string {
  const shown = shownFigures.flatMap((figure) => {
    const value = figures[figure]
    return value === undefined ? [] : [`${figure} ${value.toFixed(2)}`]
  })
  return shown.length > 0 ? shown.join('  ') : 'the same bytes'
}

function faultText({ code, rendition, segment, evidence }: TreeReport['faults'][number]): string {
  const leaf = segment === undefined ? '' : `, segment ${segment}`
  const place = rendition === undefined ? '' : ` in ${rendition}${leaf}`
  if (!evidence) return `${code}${place}`
  const { figure, measured, limit } = evidence
  return `${code} (${figure} ${measured / 1_000}, limit ${limit / 1_000})`
}
