import { createLogUpdate } from 'log-update'
import { formatBar, formatEta } from '../supervisor/format.ts'
import { tellFailure } from '../supervisor/tell-failure.ts'

type ReplayProgress = {
  readonly from: number
  /** Last block folded, and the last there is to fold. */
  readonly height: number
  readonly last: number
  readonly perSecond: number
}

export type ReplayReport = {
  readonly chain: string
  readonly from: number
  readonly height: number
  readonly block: string | null
  /** Hash of the whole state after the last block. */
  readonly state: string
  readonly checkpoint: { readonly height: number; readonly hash: string }
  readonly jobs: number
  readonly nodes: number
  readonly escrows: number
  /** Operations folded by this run, and how many of them changed nothing. */
  readonly operations: number
  readonly refused: number
  /** What nodes published last of their state, held against this one. */
  readonly claims: { readonly agreeing: number; readonly differing: readonly string[] }
}

/** How a replay tells people, or programs, how far it is and what came of it. */
export type ReplayView = {
  progress(progress: ReplayProgress): void
  finish(report: ReplayReport): void
  fail(error: { readonly code: string; readonly message: string }): void
}

const barWidth = 30
/** Percent between two lines where nothing can be drawn over. */
const lineEvery = 10

/** A bar on a terminal, lines in a pipe, JSON for programs. */
export function createReplayView(
  stream: NodeJS.WriteStream,
  { asJson }: { readonly asJson: boolean },
): ReplayView {
  const print = (text: string): void => {
    stream.write(`${text}\n`)
  }
  if (asJson)
    return {
      progress: (progress) => print(JSON.stringify({ progress })),
      finish: (result) => print(JSON.stringify({ result })),
      fail: ({ code, message }) => print(JSON.stringify({ error: { code, message } })),
    }
  const bar = stream.isTTY ? createLogUpdate(stream) : null
  let told = -1
  return {
    progress: (progress) => {
      const percent = percentOf(progress)
      const mark = Math.floor(percent / lineEvery)
      if (bar) bar(progressLine(progress, percent))
      else if (mark !== told) print(progressLine(progress, percent))
      told = mark
    },
    finish: (report) => {
      bar?.clear()
      for (const line of reportLines(report)) print(line)
    },
    fail: (error) => {
      bar?.clear()
      tellFailure(error)
    },
  }
}

function percentOf({ from, height, last }: ReplayProgress): number {
  return (100 * (height - from + 1)) / Math.max(1, last - from + 1)
}

function progressLine({ height, last, perSecond }: ReplayProgress, percent: number): string {
  const left = perSecond > 0 ? ` · ${formatEta((last - height) / perSecond)}` : ''
  const rate = perSecond > 0 ? ` · ${number(perSecond)} blocks/s` : ''
  return `${formatBar(percent, barWidth)} block ${number(height)} of ${number(last)}${rate}${left}`
}

function reportLines(report: ReplayReport): readonly string[] {
  const { chain, from, height, block, state, checkpoint, claims } = report
  const { jobs, nodes, escrows, operations, refused } = report
  const says =
    claims.differing.length > 0 ? `differing: ${claims.differing.join(', ')}` : 'none differs'
  return [
    `${chain}, blocks ${number(from)} to ${number(height)} (${block ?? 'none'})`,
    `state       ${state}`,
    `checkpoint  ${checkpoint.hash} at block ${number(checkpoint.height)}`,
    `published   ${claims.agreeing} agree, ${says}`,
    `holds       ${jobs} jobs, ${nodes} nodes, ${escrows} open escrows`,
    `folded      ${number(operations)} operations, ${number(refused)} of which changed nothing`,
  ]
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}
