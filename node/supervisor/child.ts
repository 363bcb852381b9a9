import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { MarketError } from '#market/errors.ts'
import { pause } from '../chain/hive-rpc.ts'
import { childEnvironment } from '../config.ts'

/** What a child says through its channel when it is up. */
const Ready = z.looseObject({ type: z.literal('ready'), url: z.url() })

export type ChildSpec = {
  readonly name: string
  /** Arguments of `spk-encoder`; `port` is null at the first start and the port it took then at every later one. */
  readonly args: (port: number | null) => readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** File that its standard output and error are appended to. */
  readonly log: string
}

export type ChildEvent =
  | { readonly type: 'started'; readonly name: string; readonly pid: number }
  | { readonly type: 'ready'; readonly name: string; readonly url: string }
  | { readonly type: 'died'; readonly name: string; readonly how: string }

export type Child = AsyncDisposable & {
  readonly name: string
  /** Resolves when it is up for the first time; rejects with `child-failed` when it keeps dying. */
  readonly up: Promise<{ readonly url: string }>
  /** Rejects when it keeps dying; otherwise pending until it is stopped. */
  readonly ended: Promise<void>
}

const mainFile = fileURLToPath(new URL('../main.ts', import.meta.url))
const stopGraceMs = 16_000
/** A process that dies sooner than this after it was up, or before, has not really been up. */
const shortLifeMs = 3_000
/** Short lives in a row that are too many: whatever ends it will end it again. */
const shortLivesLimit = 4
/** Pause after the second short life in a row, doubled by each further one. The first death is made good at once. */
const restartMs = 200

/**
 * Runs one process of this program and starts it again when it dies. A child also ends by itself when its channel to this
 * process breaks, so none outlives a killed supervisor.
 */
export function superviseChild(spec: ChildSpec, onEvent: (event: ChildEvent) => void): Child {
  const stopping = new AbortController()
  const up = Promise.withResolvers<{ url: string }>()
  up.promise.catch(() => undefined)
  let current: ChildProcess | null = null
  let port: number | null = null

  const runOnce = async (): Promise<{ readonly how: string; readonly isShort: boolean }> => {
    const child = launch(spec, port)
    current = child
    let upSince = Number.POSITIVE_INFINITY
    if (child.pid) onEvent({ type: 'started', name: spec.name, pid: child.pid })
    child.on('message', (message) => {
      const ready = Ready.safeParse(message)
      if (!ready.success) return
      const { url } = ready.data
      port = Number(new URL(url).port)
      upSince = performance.now()
      onEvent({ type: 'ready', name: spec.name, url })
      up.resolve({ url })
    })
    const how = await exitOf(child)
    return { how, isShort: performance.now() < upSince + shortLifeMs }
  }

  const runForever = async (): Promise<void> => {
    let shortLives = 0
    while (!stopping.signal.aborted) {
      const { how, isShort } = await runOnce()
      if (stopping.signal.aborted) return
      onEvent({ type: 'died', name: spec.name, how })
      shortLives = isShort ? shortLives + 1 : 0
      if (shortLives >= shortLivesLimit) throw await failure(spec, how)
      if (shortLives > 1) await pause(restartMs * 2 ** (shortLives - 2), stopping.signal)
    }
  }

  const ended = runForever()
  ended.catch((error: unknown) => up.reject(error))
  return {
    name: spec.name,
    up: up.promise,
    ended,
    [Symbol.asyncDispose]: async () => {
      stopping.abort()
      if (current) await stop(current)
      await ended.catch(() => undefined)
    },
  }
}

function launch(spec: ChildSpec, port: number | null): ChildProcess {
  const log = openSync(spec.log, 'a', 0o600)
  try {
    return spawn(process.execPath, [mainFile, ...spec.args(port)], {
      stdio: ['ignore', log, log, 'ipc'],
      env: childEnvironment(spec.environment),
    })
  } finally {
    closeSync(log)
  }
}

/** How a process ended, in words. */
function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) =>
      resolve(signal ? `killed by ${signal}` : `exit code ${code}`),
    )
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = exitOf(child)
  const force = setTimeout(() => child.kill('SIGKILL'), stopGraceMs)
  child.kill('SIGTERM')
  await exited
  clearTimeout(force)
}

async function failure({ name, log }: ChildSpec, how: string): Promise<MarketError> {
  const text = await readFile(log, 'utf8').catch(() => '')
  const tail = text.trimEnd().split('\n').slice(-3).join('\n')
  return new MarketError(
    'child-failed',
    `The process ${name} keeps ending (${how}). The end of its log ${log}:\n${tail}`,
  )
}
