import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { makeFolder } from '#test/support/ffmpeg.ts'

const run = promisify(execFile)

/** What processes did to a disk, in the order in which it was done. Paths are whole. */
export type DiskStep =
  | { readonly type: 'make-folder'; readonly path: string }
  | { readonly type: 'create'; readonly path: string; readonly isEmptied: boolean }
  | { readonly type: 'write'; readonly path: string; readonly at: number; readonly bytes: Buffer }
  | { readonly type: 'cut'; readonly path: string; readonly length: number }
  | { readonly type: 'rename'; readonly path: string; readonly to: string }
  | { readonly type: 'remove'; readonly path: string }
  | { readonly type: 'sync'; readonly path: string }
  /** Something that changes bytes in a way that this does not follow. */
  | { readonly type: 'unrecorded'; readonly path: string }

const calls = [
  ...['openat', 'open', 'write', 'writev', 'pwrite64', 'pwritev', 'ftruncate', 'lseek'],
  ...['rename', 'renameat', 'renameat2', 'link', 'linkat', 'unlink', 'unlinkat', 'rmdir'],
  ...['mkdir', 'mkdirat', 'fsync', 'fdatasync', 'chdir', 'copy_file_range', 'sendfile', 'ioctl'],
]

/**
 * Runs a program to its end and resolves to all that it and its children did below a folder. Linux, with strace; rejects where there
 * is none.
 */
export async function recordDisk(
  root: string,
  [program, ...args]: readonly [string, ...string[]],
): Promise<readonly DiskStep[]> {
  const logs = await makeFolder()
  const strace = ['-f', '-ff', '-y', '-xx', '-ttt', '-T', '-s', String(2 ** 24), '--seccomp-bpf']
  const wanted = ['-e', `trace=${calls.join(',')}`, '-e', 'signal=none', '-o', `${logs}/log`]
  await run('strace', [...strace, ...wanted, '--', program, ...args], {
    maxBuffer: 2 ** 26,
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new Error('This needs strace: apt-get install strace.')
    throw error
  })
  const threads = await Promise.all(
    (await readdir(logs)).map((name) => readFile(path.join(logs, name), 'latin1')),
  )
  return stepsOf(threads, root)
}

type Call = {
  readonly name: string
  readonly args: readonly string[]
  /** What it gave back, and the path of the descriptor that this is. */
  readonly given: number
  readonly givenPath: string
  readonly folder: string
  readonly endedAt: number
}

const callLine = /^(\d+\.\d+) (\w+)\((.*)\)\s+= (-?\d+)(?:<([^>]*)>)?.* <(\d+\.\d+)>$/

/** Calls of all threads by the moment at which each had ended: from then on it is done. */
function stepsOf(threads: readonly string[], root: string): readonly DiskStep[] {
  const all = threads.flatMap(callsOf).toSorted((a, b) => a.endedAt - b.endedAt)
  const offsets = new Map<string, number>()
  const isOurs = (step: DiskStep): boolean => step.path.startsWith(`${root}/`) || step.path === root
  return all.flatMap((call) => stepOf(call, offsets)).filter(isOurs)
}

function callsOf(log: string): readonly Call[] {
  const found: Call[] = []
  let folder = process.cwd()
  for (const line of log.split('\n')) {
    const [, began, name, args, given, givenPath, took] = callLine.exec(line) ?? []
    if (!name || Number(given) < 0) continue
    const words = splitArguments(args ?? '')
    if (name === 'chdir') folder = path.resolve(folder, textOf(words[0]))
    found.push({
      ...{ name, args: words, folder },
      ...{ given: Number(given), givenPath: unescaped(givenPath ?? '') },
      endedAt: Number(began) + Number(took),
    })
  }
  return found
}

/** Nothing but braces and brackets nests: texts are in hexadecimal digits. */
function splitArguments(text: string): readonly string[] {
  return (
    text
      .match(/(?:"[^"]*"(?:\.\.\.)?|<[^>]*>|\[[^\]]*\]|\{[^}]*\}|[^,])+/g)
      ?.map((word) => word.trim()) ?? []
  )
}

const unescaped = (text: string): string => bytesIn(text).toString('utf8')

function bytesIn(text: string): Buffer {
  return text.startsWith('\\x') ? Buffer.from(text.replaceAll('\\x', ''), 'hex') : Buffer.from(text)
}

const textOf = (word = ''): string => unescaped(/"([^"]*)"/.exec(word)?.[1] ?? '')
const descriptorPath = (word = ''): string => unescaped(/<([^>]*)>/.exec(word)?.[1] ?? '')

function writtenBy(word = ''): Buffer {
  if (word.includes('"...')) throw new Error('A write is longer than its record.')
  return Buffer.concat([...word.matchAll(/"([^"]*)"/g)].map(([, text]) => bytesIn(text ?? '')))
}

/** Copies within the kernel and second names: their bytes are in no record. */
function unrecordable({ name, args }: Call): readonly DiskStep[] {
  if (name === 'ioctl' && !args[1]?.includes('FICLONE')) return []
  return args
    .filter((word) => word.includes('<'))
    .map((word) => ({ type: 'unrecorded', path: descriptorPath(word) }))
}

function stepOf(call: Call, offsets: Map<string, number>): readonly DiskStep[] {
  const { name, args, given, givenPath, folder } = call
  const place = (base: string | undefined, word: string | undefined): string =>
    path.resolve(base === undefined ? folder : descriptorPath(base), textOf(word))
  const own = descriptorPath(args[0])
  switch (name) {
    case 'open':
    case 'openat': {
      const flags = args[name === 'open' ? 1 : 2] ?? ''
      const at = givenPath
      if (!flags.includes('O_APPEND')) offsets.set(at, 0)
      if (!flags.includes('O_CREAT')) return []
      return [{ type: 'create', path: at, isEmptied: flags.includes('O_TRUNC') }]
    }
    case 'lseek':
      offsets.set(own, given)
      return []
    case 'write':
    case 'writev': {
      const at = offsets.get(own) ?? 0
      offsets.set(own, at + given)
      return [{ type: 'write', path: own, at, bytes: writtenBy(args[1]).subarray(0, given) }]
    }
    case 'pwrite64':
    case 'pwritev':
      return [
        {
          ...{ type: 'write', path: own, at: Number(args.at(-1)) },
          bytes: writtenBy(args[1]).subarray(0, given),
        },
      ]
    case 'ftruncate':
      return [{ type: 'cut', path: own, length: Number(args[1]) }]
    case 'rename':
      return [{ type: 'rename', path: place(undefined, args[0]), to: place(undefined, args[1]) }]
    case 'renameat':
    case 'renameat2':
      return [{ type: 'rename', path: place(args[0], args[1]), to: place(args[2], args[3]) }]
    case 'unlink':
    case 'rmdir':
      return [{ type: 'remove', path: place(undefined, args[0]) }]
    case 'unlinkat':
      return [{ type: 'remove', path: place(args[0], args[1]) }]
    case 'mkdir':
      return [{ type: 'make-folder', path: place(undefined, args[0]) }]
    case 'mkdirat':
      return [{ type: 'make-folder', path: place(args[0], args[1]) }]
    case 'fsync':
    case 'fdatasync':
      return [{ type: 'sync', path: own }]
    case 'chdir':
      return []
    default:
      return unrecordable(call)
  }
}
