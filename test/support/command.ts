import type { ChildProcess } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { childEnvironment } from '#node/config.ts'

const run = promisify(execFile)
const main = fileURLToPath(new URL('../../node/main.ts', import.meta.url))

export type CommandEnd = {
  /** Exit code, null where a signal was the end. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The program as a user runs it from a shell without a terminal. Its process leads a group, as a shell's job does. */
export type Command = {
  readonly process: ChildProcess
  readonly pid: number
  readonly ended: Promise<CommandEnd>
  /** Resolves with the first line of standard output that is as wanted; rejects when the program ends without one. */
  line(isWanted: (line: string) => boolean): Promise<string>
}

/** Its standard input is the given text; null keeps it open, for as long as the caller does. */
export function startCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  input: string | null = '',
): Command {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: childEnvironment(environment),
  })
  child.stdin.on('error', () => undefined)
  if (input !== null) child.stdin.end(input)
  const lines: string[] = []
  const told = new EventTarget()
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => {
    lines.push(line)
    told.dispatchEvent(new Event('told'))
  })
  reader.on('close', () => told.dispatchEvent(new Event('told')))
  const closed = once(reader, 'close')
  const errors = text(child.stderr)
  // Whoever waits for the end is told.
  errors.catch(() => undefined)
  const end = async (): Promise<CommandEnd> => {
    const [code] = await once(child, 'exit')
    await closed
    return { code, stdout: lines.join('\n'), stderr: await errors }
  }
  const ended = end()
  return {
    process: child,
    pid: child.pid!,
    ended,
    line: async (isWanted) => {
      for (let next = 0; ; next += 1) {
        while (next >= lines.length) {
          if (child.stdout.readableEnded) throw new Error(`it ended first:\n${lines.join('\n')}`)
          await once(told, 'told')
        }
        const line = lines[next]!
        if (isWanted(line)) return line
      }
    },
  }
}

/** Runs a command line to its end, with a text as its standard input. */
export async function runCommand(
  args: readonly string[],
  environment?: Readonly<Record<string, string>>,
  input?: string,
): Promise<CommandEnd> {
  return await startCommand(args, environment, input).ended
}

/** Runs a command line to its end as a user whom nothing here belongs to. Whoever is not root already is one to what root owns. */
export async function runAsNobody(args: readonly string[]): Promise<CommandEnd> {
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
  const line = [...(process.getuid?.() === 0 ? nobody : []), process.execPath, main, ...args]
  return await new Promise((resolve) => {
    execFile('env', [...line], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

/**
 * Runs a command line in front of a pseudo-terminal, where each answer is typed once its question has come; resolves to the exit
 * code and everything that the terminal showed.
 */
export async function runInTerminal(
  args: readonly string[],
  answers: readonly (readonly [question: string, typed: string])[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly shown: string }> {
  const line = [process.execPath, main, ...args].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: childEnvironment(environment),
  })
  const ended = once(child, 'exit')
  const open = [...answers]
  let shown = ''
  let heard = 0
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    shown += chunk
    const [next] = open
    if (!next || !shown.slice(heard).includes(next[0])) continue
    heard = shown.length
    open.shift()
    child.stdin.write(next[1])
  }
  const [code] = await ended
  return { code, shown }
}

type ProcessRow = {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

/** Every process of this machine that has not ended. */
async function processes(): Promise<readonly ProcessRow[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { maxBuffer: 2 ** 24 })
  return stdout
    .trim()
    .split('\n')
    .flatMap((row) => {
      const [, pid, parent, state = '', command = ''] =
        /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(row) ?? []
      return state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), command }]
    })
}

/** A process and all that it started, directly or not. */
export async function processTree(root: number): Promise<readonly ProcessRow[]> {
  const all = await processes()
  const tree = all.filter(({ pid }) => pid === root)
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid))
  return tree
}

/** Processes whose command line names something, such as a folder that only they use: daemons are nobody's children. */
export async function processesNaming(text: string): Promise<readonly ProcessRow[]> {
  return (await processes()).filter(({ command }) => command.includes(text))
}

/** Those of the given processes that still run. */
export async function survivors(tree: readonly ProcessRow[]): Promise<readonly ProcessRow[]> {
  const all = await processes()
  return tree.filter((row) =>
    all.some(({ pid, command }) => pid === row.pid && command === row.command),
  )
}
