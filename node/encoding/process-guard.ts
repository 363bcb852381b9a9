import type { ChildProcessByStdio } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { setPriority } from 'node:os'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import type { ProcessLedger } from './process-ledger.ts'
import { killGroup } from './process-ledger.ts'
import type { LimitPrefix } from './process-limits.ts'

type GuardedCommand = {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd?: string
  /** Most memory it may ask for, where the machine can hold it to that. */
  readonly memoryBytes?: number
}

export type Exit = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Why the process could not be started at all. */
  readonly error: Error | null
}

export type GuardedProcess = {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  /** Resolves when the process is gone and its pipes are read to their ends; never rejects. */
  readonly exited: Promise<Exit>
  /** Kills the process with everything it started. {@link exited} tells when that is done. */
  kill(): void
}

/** Starts programs that must never outlive this node: each leads its own process group, with its standard input closed. */
export interface ProcessGuard {
  start(command: GuardedCommand): GuardedProcess
}

export type ProcessGuardOptions = {
  /** 0 to 19: how far the children stand back behind other work on this machine. */
  readonly niceness: number
  /** What every command line begins with: see {@link findDeathSignal}. */
  readonly prefix: readonly string[]
  /** See {@link findLimits}; without, a child has no limits. */
  readonly limits?: LimitPrefix
}

/**
 * Three nets, each for what passes the one before: an abort kills the group; the end of this process, however sudden,
 * makes the kernel kill it (Linux, by the prefix); what still runs when the node starts again is ended by the ledger.
 */
export function createProcessGuard(
  { ledger }: { readonly ledger: ProcessLedger },
  { niceness, prefix, limits = () => [] }: ProcessGuardOptions,
): ProcessGuard {
  const alive = new Set<number>()
  const killAlive = (): void => alive.forEach(killGroup)
  const remember = (pid: number): (() => void) => {
    const forget = ledger.record(pid)
    if (alive.size === 0) process.on('exit', killAlive)
    alive.add(pid)
    return () => {
      alive.delete(pid)
      if (alive.size === 0) process.off('exit', killAlive)
      forget()
    }
  }
  return {
    start: ({ file, args, cwd, memoryBytes }) => {
      const [program = file, ...rest] = [...prefix, ...limits(memoryBytes), file, ...args]
      const child = spawn(program, rest, {
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: process.platform !== 'win32',
        windowsHide: true,
        ...(cwd === undefined ? {} : { cwd }),
      })
      const { pid } = child
      if (pid === undefined) return { child, exited: exitOf(child), kill: () => undefined }
      const forget = remember(pid)
      standBack(pid, niceness)
      return { child, exited: exitOf(child).finally(forget), kill: () => killGroup(pid) }
    },
  }
}

/** `setpriv` asks the kernel to kill the program when its parent dies; where it is missing, nothing does. */
export async function findDeathSignal(): Promise<readonly string[]> {
  const prefix = ['setpriv', '--pdeathsig', 'KILL'] as const
  if (process.platform !== 'linux') return []
  try {
    await promisify(execFile)(prefix[0], [...prefix.slice(1), 'true'])
    return prefix
  } catch {
    return []
  }
}

function exitOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Exit> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: null, signal: null, error }))
    child.on('close', (code, signal) => resolve({ code, signal, error: null }))
  })
}

/** Threads inherit the priority, and none exist yet. A process that has ended already needs none. */
function standBack(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness)
  } catch {}
}
