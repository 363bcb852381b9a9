import { createLogUpdate } from 'log-update'
import type { EvidenceLink, ExplainedScore, ScoreEntry } from '#contracts/explain-standing.ts'
import { formatHbd } from '#protocol/amount.ts'
import type { ChainTime, HiveAccount } from '#protocol/ids.ts'
import type { Palette } from '../supervisor/palette.ts'
import { createPalette } from '../supervisor/palette.ts'
import { tellFailure } from '../supervisor/tell-failure.ts'
import { timeText } from './time-text.ts'

export type ReputationReport = {
  readonly account: HiveAccount
  readonly network: string
  /** The last block that was looked at, and its time. */
  readonly height: number
  readonly time: ChainTime
  /** None for an account that nobody has dealt with. */
  readonly roles: readonly ExplainedScore[]
}

/** How people, or programs, are told how an account stands. */
export type ReputationView = {
  progress(height: number): void
  finish(report: ReputationReport): void
  fail(error: { readonly code: string; readonly message: string }): void
}

type ViewOptions = { readonly asJson: boolean; readonly isExplained: boolean }

export function createReputationView(
  stream: NodeJS.WriteStream,
  { asJson, isExplained }: ViewOptions,
): ReputationView {
  const print = (text: string): void => {
    stream.write(`${text}\n`)
  }
  if (asJson)
    return {
      progress: () => undefined,
      finish: (report) => print(JSON.stringify({ result: plainReport(report, isExplained) })),
      fail: ({ code, message }) => print(JSON.stringify({ error: { code, message } })),
    }
  const paint = createPalette(stream)
  const bar = stream.isTTY ? createLogUpdate(stream) : null
  return {
    progress: (height) => bar?.(paint.dim(`block ${height.toLocaleString('en')}`)),
    finish: (report) => {
      bar?.clear()
      for (const line of reportLines(report, isExplained, paint)) print(line)
    },
    fail: (error) => {
      bar?.clear()
      tellFailure(error)
    },
  }
}

/** Thousandths of a point, as people and programs read them. */
function plainPoints(points: bigint): number {
  return Number(points) / 1_000
}

function plainReport({ roles, ...about }: ReputationReport, isExplained: boolean) {
  const scores = roles.map(({ points, start, entries, ...score }) => ({
    ...score,
    points: plainPoints(points),
    start: plainPoints(start),
    jobs: entries.length,
    ...(isExplained ? { entries: entries.map(plainEntry) } : {}),
  }))
  return { ...about, roles: scores }
}

function plainEntry({ added, good, ...entry }: ScoreEntry) {
  return { ...entry, good: formatHbd(good / 1_000n), added: plainPoints(added) }
}

function reportLines(
  { account, height, time, roles }: ReputationReport,
  isExplained: boolean,
  paint: Palette,
): readonly string[] {
  const when = `as of block ${height.toLocaleString('en')}, ${timeText(time)}`
  if (roles.length === 0)
    return [`@${account} has dealt with nobody ${when}: where everybody begins, at 100 of 1000.`]
  return [
    `@${account} ${when}`,
    ...roles.flatMap((role) => [
      scoreLine(role, paint),
      ...(isExplained ? explainedLines(role, paint) : []),
    ]),
  ]
}

function scoreLine({ role, score, low, high, entries }: ExplainedScore, paint: Palette): string {
  const marks = Map.groupBy(
    entries.flatMap((entry) => entry.marks),
    (mark) => mark,
  )
  const held = [...marks].map(([mark, all]) => `${all.length} ${mark}`)
  const jobs = entries.length === 1 ? '1 job' : `${entries.length} jobs`
  const record = [jobs, ...held].join(', ')
  return `${role.padEnd(8)} ${paint.strong(String(score).padStart(4))}  ${paint.dim(`(${low} to ${high})`)}  ${record}`
}

function explainedLines(
  { start, points, entries }: ExplainedScore,
  paint: Palette,
): readonly string[] {
  return [
    `  ${pointsText(start)}  where everybody begins`,
    ...entries.flatMap((entry) => entryLines(entry, paint)),
    `  ${pointsText(points)}  in all`,
  ]
}

function entryLines(
  { job, counterpart, marks, good, added, transactions }: ScoreEntry,
  paint: Palette,
): readonly string[] {
  const sum = `${added < 0n ? '-' : '+'}${plainPoints(added < 0n ? -added : added).toFixed(3)}`
  const what = [
    ...(counterpart ? [`@${counterpart}`] : []),
    ...(good > 0n ? [formatHbd(good / 1_000n)] : []),
    ...marks,
  ]
  const painted = added < 0n ? paint.bad(sum.padStart(9)) : paint.good(sum.padStart(9))
  return [
    `  ${painted}  ${job}  ${what.join(', ')}`,
    ...transactions.map((link) => paint.dim(linkLine(link))),
  ]
}

function linkLine({ what, at }: EvidenceLink): string {
  const height = `block ${at.height.toLocaleString('en')}`
  return `             ${what.padEnd(11)}  ${height.padEnd(17)}  ${at.transaction}`
}

function pointsText(points: bigint): string {
  return plainPoints(points).toFixed(3).padStart(9)
}
