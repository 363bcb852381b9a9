import { formatHbd } from '#protocol/amount.ts'
import type { Palette } from './palette.ts'
import type { Outcome } from './view.ts'

/** What is said when a job is paid. */
export function outcomeLines(
  { report, balances, player, overheadBlocks }: Outcome,
  paint: Palette,
): readonly string[] {
  const { total, fetch, encode, verify } = report.seconds
  const width = Math.max(...balances.map(({ account }) => account.length)) + 1
  const rows = balances.map(({ account, before, after }) => {
    const change = after - before
    const sign = change < 0n ? '-' : '+'
    const text = change === 0n ? '' : `${sign}${formatHbd(change < 0n ? -change : change)}`
    return `  ${`@${account}`.padEnd(width)}  ${formatHbd(before).padStart(14)}  ${formatHbd(after).padStart(14)}  ${text}`
  })
  return [
    '',
    paint.good(`Paid ${formatHbd(report.paid)} to @${report.encoder} for job ${report.job}.`),
    '',
    paint.dim(
      `  ${'account'.padEnd(width)}  ${'before'.padStart(14)}  ${'after'.padStart(14)}  change`,
    ),
    ...rows,
    '',
    `  ${total.toFixed(1)} s in all: fetch ${fetch.toFixed(1)}, encode ${encode.toFixed(1)}, verify ${verify.toFixed(1)}, the rest is ${overheadBlocks.toFixed(1)} blocks of chain and gossip`,
    `  root  ${report.root}`,
    `  play  ${paint.strong(player)}`,
    paint.dim('        in VLC, mpv, Safari, or any page with hls.js'),
    '',
  ]
}
