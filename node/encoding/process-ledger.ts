import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

/**
 * Which child processes this node has started and not seen end, one small file each.
 * A node that is killed leaves its files behind; its next life ends what they name.
 */
export interface ProcessLedger {
  /** Remembers a child until the returned function is called. */
  record(pid: number): () => void
  /** Ends what dead owners left running, and returns how many process groups that were. */
  endLeftovers(): number
}

const Entry = z.strictObject({
  pid: z.int().positive(),
  stamp: z.string(),
  owner: z.int().positive(),
  ownerStamp: z.string(),
})

export function createProcessLedger(directory: string): ProcessLedger {
  mkdirSync(directory, { recursive: true })
  const ownerStamp = processStamp(process.pid)
  return {
    record: (pid) => {
      const stamp = processStamp(pid)
      if (stamp === null || ownerStamp === null) return () => undefined
      const file = path.join(directory, `${pid}.json`)
      writeFileSync(file, JSON.stringify({ pid, stamp, owner: process.pid, ownerStamp }))
      return () => rmSync(file, { force: true })
    },
    endLeftovers: () => {
      const files = readdirSync(directory).map((name) => path.join(directory, name))
      return files.filter(endLeftover).length
    },
  }
}

function endLeftover(file: string): boolean {
  const entry = readEntry(file)
  if (entry && processStamp(entry.owner) === entry.ownerStamp) return false
  const isAlive = entry !== null && processStamp(entry.pid) === entry.stamp
  if (isAlive) killGroup(entry.pid)
  rmSync(file, { force: true })
  return isAlive
}

/** A half-written file names nothing that could be told from a stranger's process. */
function readEntry(file: string): z.infer<typeof Entry> | null {
  try {
    return Entry.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

/** Kills a process and everything it started. Silent when it has ended already. */
export function killGroup(pid: number): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {}
}

/**
 * When a process began, so that a reused number is not taken for the process that had it before.
 * Null for a process that is gone, and on Windows, where nothing cheap tells.
 */
function processStamp(pid: number): string | null {
  try {
    if (process.platform === 'linux') return linuxStamp(pid)
    if (process.platform === 'win32') return null
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return null
  }
}

/** Boot and start time in clock ticks: field 22 of `stat`, counted behind the name, which may hold anything. */
function linuxStamp(pid: number): string | null {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z') return null
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`
}
