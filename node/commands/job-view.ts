import { createLogUpdate } from 'log-update'
import { z } from 'zod'
import { formatHbd } from '#protocol/amount.ts'
import type { Cid } from '#protocol/ids.ts'
import { JobEvent } from '#protocol/job-event.ts'
import { followLines } from '../supervisor/follow-lines.ts'
import { formatDuration } from '../supervisor/format.ts'
import type { JobSteps } from '../supervisor/job-steps.ts'
import { followJob, noSteps } from '../supervisor/job-steps.ts'
import type { Palette } from '../supervisor/palette.ts'
import { createPalette } from '../supervisor/palette.ts'
import type { SplitRows } from '../supervisor/split-rows.ts'
import { followSplit, followSplitLines, rangeLine } from '../supervisor/split-rows.ts'
import { spinnerFrame, stepLines } from '../supervisor/step-lines.ts'

/** How whoever watches a job is told what happens. */
export type JobView = {
  event(event: JobEvent): void
  /** The watcher leaves before the job ends. */
  left(): void
  close(): void
}

const frameMs = 100

/** A picture that is drawn over on a terminal, lines in a pipe, JSON for programs. `url` is the node's gateway. */
export function createJobView(
  stream: NodeJS.WriteStream,
  { asJson, url }: { readonly asJson: boolean; readonly url: string },
): JobView {
  const print = (line: string): void => void stream.write(`${line}\n`)
  if (asJson)
    return {
      event: (event) => print(JSON.stringify(z.encode(JobEvent, event))),
      left: () => undefined,
      close: () => undefined,
    }
  const paint = createPalette(stream)
  const told = stream.isTTY ? createPicture(stream, paint) : createLines(print, paint)
  const tellTree = (root: Cid): void => {
    print(`  root  ${root}`)
    print(`  play  ${url}/ipfs/${root}/master.m3u8`)
  }
  let job = ''
  return {
    event: (event) => {
      job = event.job
      told.event(event)
      if (event.type === 'choice-wanted')
        told.note(`Compare and choose: spk-encoder job bids ${job}`)
      if (event.type === 'release-wanted') told.note(`Pay for it: spk-encoder job release ${job}`)
      if (event.type === 'merged') {
        told.close()
        print('')
        print(paint.good(mergedText(event)))
        tellTree(event.root)
      }
      if (event.type !== 'finished') return
      told.close()
      const { paid, encoder, root } = event.report
      print('')
      print(paint.good(`Paid ${formatHbd(paid)} to @${encoder}.`))
      tellTree(root)
    },
    left: () => {
      told.close()
      print(`The job goes on. To watch it again: spk-encoder job watch ${job}`)
    },
    close: told.close,
  }
}

function mergedText({ ranges, encoders, paid, milliseconds }: Merged): string {
  const time = formatDuration(milliseconds / 1_000)
  return `Paid ${formatHbd(paid)} to ${encoders} encoders for ${ranges} ranges, in ${time}.`
}

type Merged = Extract<JobEvent, { readonly type: 'merged' }>

type Told = {
  event(event: JobEvent): void
  note(text: string): void
  close(): void
}

function createLines(print: (line: string) => void, paint: Palette): Told {
  const followSteps = followLines(print, paint)
  const followRanges = followSplitLines(print, paint)
  let isSplit = false
  return {
    event: (event) => {
      isSplit ||= event.type === 'split'
      if (isSplit) followRanges(event)
      else followSteps(event)
    },
    note: print,
    close: () => undefined,
  }
}

function createPicture(stream: NodeJS.WriteStream, paint: Palette): Told {
  const update = createLogUpdate(stream)
  let steps: JobSteps = noSteps
  let rows: SplitRows = []
  let title = ''
  let note = ''
  let frame = 0
  let isLive = true
  const draw = (): void => {
    frame += 1
    const width = stream.columns - 1
    const lines =
      rows.length > 0
        ? rows.map((_, place) => rangeLine(rows, place, paint))
        : stepLines(steps, { paint, spinner: spinnerFrame(frame), width })
    update([paint.strong(title), ...lines, ...(note ? ['', note] : [])].join('\n'))
  }
  const timer = setInterval(draw, frameMs)
  return {
    event: (event) => {
      title = `Job ${event.job}`
      steps = followJob(steps, event)
      rows = followSplit(rows, event)
      if (event.type === 'award-signed') note = ''
    },
    note: (text) => {
      note = text
    },
    close: () => {
      if (!isLive) return
      isLive = false
      clearInterval(timer)
      draw()
      update.done()
    },
  }
}
