import { readdir, readFile } from 'node:fs/promises'

/** What a piece of work took: seconds on the clock, seconds of processor time of its child processes, peak bytes of memory of all of them together. */
export type Usage = { readonly wall: number; readonly cpu: number; readonly peakBytes: number }

const ticksPerSecond = 100
const pageBytes = 4096
const sampleEveryMs = 200

/** Runs something and measures the child processes it starts and reaps. Linux only: it reads /proc. */
export async function metered<T>(
  work: () => Promise<T>,
): Promise<{ readonly usage: Usage; readonly result: T }> {
  const cpuBefore = await reapedSeconds()
  const started = performance.now()
  let peakBytes = 0
  const timer = setInterval(() => {
    void descendantBytes().then((bytes) => {
      peakBytes = Math.max(peakBytes, bytes)
    })
  }, sampleEveryMs)
  try {
    const result = await work()
    const wall = (performance.now() - started) / 1_000
    return { usage: { wall, cpu: (await reapedSeconds()) - cpuBefore, peakBytes }, result }
  } finally {
    clearInterval(timer)
  }
}

/** Processor time of every child that this process has reaped, user and system. */
async function reapedSeconds(): Promise<number> {
  const fields = await statFields('self')
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond
}

/** Resident memory of everything below this process now. */
async function descendantBytes(): Promise<number> {
  const parents = new Map<number, { readonly parent: number; readonly bytes: number }>()
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const fields = await statFields(name).catch(() => null)
    if (!fields) continue
    parents.set(Number(name), { parent: Number(fields[1]), bytes: Number(fields[21]) * pageBytes })
  }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid)?.parent
    return parent !== undefined && (parent === process.pid || isBelow(parent))
  }
  return [...parents].reduce((sum, [pid, { bytes }]) => sum + (isBelow(pid) ? bytes : 0), 0)
}

/** The fields of /proc/PID/stat from the third on: the second, the name, may hold blanks. */
async function statFields(pid: string): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}
