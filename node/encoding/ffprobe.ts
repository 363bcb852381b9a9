import { MarketError } from '#market/errors.ts'
import type { LineTail } from './lines.ts'
import { createLineTail, readLines } from './lines.ts'
import type { Exit, ProcessGuard } from './process-guard.ts'
import { createStallWatch } from './stall-watch.ts'

type FfprobeRun = {
  readonly args: readonly string[]
  readonly signal: AbortSignal
  /** Called for each line of the answer as it comes, so that an answer of any length needs no memory. */
  readonly onLine: (line: string) => void
}

export interface Ffprobe {
  /** Rejects with the signal's reason, or with `ffmpeg-failed`, whose message is ffprobe's last complaint. */
  run(run: FfprobeRun): Promise<void>
}

export type FfprobeOptions = {
  readonly path: string
  /** Milliseconds without a line after which a run is given up. */
  readonly stallMs: number
}

export function createFfprobe(
  { guard }: { readonly guard: ProcessGuard },
  { path, stallMs }: FfprobeOptions,
): Ffprobe {
  return {
    run: async ({ args, signal, onLine }) => {
      signal.throwIfAborted()
      const { child, exited, kill } = guard.start({ file: path, args: ['-v', 'error', ...args] })
      const tail = createLineTail(20)
      const stall = createStallWatch(stallMs, kill)
      let count = 0
      signal.addEventListener('abort', kill)
      const readAnswer = readLines(child.stdout, (line) => {
        count += 1
        stall.observe(count)
        onLine(line)
      })
      const [answer] = await Promise.allSettled([readAnswer, readLines(child.stderr, tail.add)])
      const exit = await exited
      stall.stop()
      signal.removeEventListener('abort', kill)
      signal.throwIfAborted()
      if (exit.code !== 0) throw failureOf(exit, tail)
      if (answer.status === 'rejected') throw answer.reason
    },
  }
}

/** Only an exit code of its own is ffprobe's judgement of the file. */
function failureOf({ code, signal, error }: Exit, tail: LineTail): MarketError {
  const complaint = tail.lines.at(-1) ?? `ffprobe was ended by ${signal ?? `code ${code}`}.`
  return new MarketError('ffmpeg-failed', error?.message ?? complaint, {
    log: tail.lines.join('\n'),
    ...(code === null ? {} : { exitCode: code }),
    ...(signal === null ? {} : { exitSignal: signal }),
  })
}
