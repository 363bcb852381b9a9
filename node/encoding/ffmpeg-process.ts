import ffmpeg from 'fluent-ffmpeg'
import { MarketError } from '#market/errors.ts'
import type { FfmpegProgress } from './ffmpeg-progress.ts'
import { createProgressReader } from './ffmpeg-progress.ts'
import type { LineTail } from './lines.ts'
import { createLineTail, readLines } from './lines.ts'
import type { Exit, GuardedProcess, ProcessGuard } from './process-guard.ts'
import { createOvertime, createStallWatch } from './stall-watch.ts'

export type FfmpegRun = {
  /** Inputs with their options first, then everything else; the last argument names the last output. */
  readonly args: readonly string[]
  /** Where relative output names lead, so that no name of a user's folder is read as a pattern. */
  readonly directory: string
  readonly signal: AbortSignal
  /** Less patience than is usual, for a run that cannot be slow. */
  readonly stallMs?: number
  readonly onProgress?: (progress: FfmpegProgress) => void
  /** Most memory it may ask for; what needs more fails with `memory-exceeded`. */
  readonly memoryBytes?: number
  /** Milliseconds of this machine's waking time after which it is given up, however well it advances. */
  readonly longestMs?: number
}

type FfmpegResult = {
  /** The last progress of the run. */
  readonly progress: FfmpegProgress
  /** The last lines of FFmpeg's log, its banner first if the log is short. */
  readonly log: readonly string[]
}

export interface Ffmpeg {
  /**
   * Runs one command to its end. Rejects with the signal's reason, or with `ffmpeg-failed`, `disk-full` or
   * `memory-exceeded`, whose meta holds the end of the log; either way the process is gone by then.
   */
  run(run: FfmpegRun): Promise<FfmpegResult>
}

export type FfmpegOptions = {
  readonly path: string
  /** Milliseconds without any advance after which a run is given up. */
  readonly stallMs: number
}

/** Lines of the log that are kept: the banner of a build with many libraries takes a dozen. */
const logLines = 60

/** Our own: no keys read, no statistics in the log, progress in lines on a pipe. */
const globalArguments = ['-nostdin', '-nostats', '-progress', 'pipe:1'] as const

export function createFfmpeg(
  { guard }: { readonly guard: ProcessGuard },
  { path, stallMs: usualStallMs }: FfmpegOptions,
): Ffmpeg {
  return {
    run: async ({ args, directory, signal, stallMs = usualStallMs, onProgress, ...limits }) => {
      const { memoryBytes, longestMs } = limits
      signal.throwIfAborted()
      const tail = createLineTail(logLines)
      let progress: FfmpegProgress = { frames: 0, seconds: 0 }
      const launch = (argv: readonly string[]): Promise<Exit> => {
        signal.throwIfAborted()
        const limit = memoryBytes === undefined ? {} : { memoryBytes }
        const started = guard.start({ file: path, args: argv, cwd: directory, ...limit })
        return supervise(started, tail, { signal, stallMs, longestMs }, (report) => {
          progress = report
          onProgress?.(report)
        })
      }
      await runCommand([...globalArguments, ...args], launch, tail).catch((error: unknown) => {
        signal.throwIfAborted()
        throw error
      })
      return { progress, log: tail.lines }
    },
  }
}

type Patience = {
  readonly signal: AbortSignal
  readonly stallMs: number
  readonly longestMs: number | undefined
}

/** Follows one process to its end: reads its pipes, watches its advance, kills it on abort or stall. */
async function supervise(
  { child, exited, kill }: GuardedProcess,
  tail: LineTail,
  { signal, stallMs, longestMs }: Patience,
  onProgress: (progress: FfmpegProgress) => void,
): Promise<Exit> {
  const stall = createStallWatch(stallMs, () => {
    tail.add(`No frame and no sound for ${stallMs / 1000} seconds.`)
    kill()
  })
  const overtime = createOvertime(longestMs, () => {
    tail.add(`Not done after ${Math.round((longestMs ?? 0) / 1000)} seconds.`)
    kill()
  })
  const readProgress = createProgressReader((progress) => {
    stall.observe(progress.frames + progress.seconds)
    onProgress(progress)
  })
  signal.addEventListener('abort', kill)
  try {
    const pipes = [readLines(child.stdout, readProgress), readLines(child.stderr, tail.add)]
    await Promise.allSettled(pipes)
    return await exited
  } finally {
    stall.stop()
    overtime.stop()
    signal.removeEventListener('abort', kill)
  }
}

type Finish = (error: Error | null, stdout: FluentLog, stderr: FluentLog) => void
type FluentLog = { get(): string }

/**
 * Has fluent-ffmpeg build and run the command. Three of its inner steps are replaced on the instance: its survey of
 * formats and encoders, which misreads FFmpeg 7 and later and would leave a gap in which an abort finds no process; its
 * search for the binary, which is one setting for the whole program; and its spawning, which knows no process groups.
 */
function runCommand(
  args: readonly string[],
  launch: (argv: readonly string[]) => Promise<Exit>,
  tail: LineTail,
): Promise<void> {
  const log = { get: () => tail.lines.join('\n') }
  const finish = (onEnd: Finish, error: Error | null): void => onEnd(error, log, log)
  return new Promise((resolve, reject) => {
    const command = Object.assign(composeCommand(args), {
      _checkCapabilities: (done: () => void) => done(),
      availableEncoders: (done: (error: null, encoders: object) => void) => done(null, {}),
      _spawnFfmpeg: (
        argv: readonly string[],
        _options: unknown,
        _onStart: unknown,
        onEnd: Finish,
      ) => {
        Promise.try(launch, argv).then(
          (exit) => finish(onEnd, failureOf(exit, tail)),
          (error: Error) => finish(onEnd, error),
        )
      },
    })
    command.on('end', () => resolve())
    command.on('error', (error: Error) => reject(error))
    command.run()
  })
}

/** Options are passed one by one: fluent-ffmpeg splits those of an array, or a single one, at a blank. */
function composeCommand(args: readonly string[]): ffmpeg.FfmpegCommand {
  const command = ffmpeg()
  let options: string[] = []
  for (let index = 0; index < args.length - 1; index += 1) {
    const argument = args[index] ?? ''
    if (argument !== '-i') {
      options.push(argument)
      continue
    }
    index += 1
    command.input(args[index] ?? '').inputOptions(...options)
    options = []
  }
  return command.output(args.at(-1) ?? '').outputOptions(...options)
}

function failureOf({ code, signal, error }: Exit, tail: LineTail): MarketError | null {
  if (code === 0) return null
  const end = error?.message ?? (signal ? `was ended by ${signal}` : `stopped with code ${code}`)
  const lastLine = tail.lines.at(-1) ?? 'it said nothing'
  return new MarketError(codeOf(tail), `FFmpeg ${end}: ${lastLine}`, {
    log: tail.lines.slice(-20).join('\n'),
    ...(code === null ? {} : { exitCode: code }),
    ...(signal === null ? {} : { exitSignal: signal }),
  })
}

/** What FFmpeg could not have is another matter than what it could not do. */
function codeOf({ lines }: LineTail): 'disk-full' | 'memory-exceeded' | 'ffmpeg-failed' {
  const log = lines.join('\n')
  if (/No space left on device/.test(log)) return 'disk-full'
  if (/Cannot allocate memory|malloc of size \d+ failed|failed to map segment/.test(log))
    return 'memory-exceeded'
  return 'ffmpeg-failed'
}
