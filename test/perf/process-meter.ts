import { readFile } from 'node:fs/promises'

/** What a piece of work took: seconds on the clock, seconds of processor time of this process and of its children, peak bytes of memory of all of them together. */
export type Usage = { readonly wall: number; readonly cpu: number; readonly peakBytes: number }

const ticksPerSecond = 100
const pageBytes = 4096
/** A sample takes processor time from what is measured. */
const sampleEveryMs = 500

/** Runs something and measures the child processes it starts and reaps. Linux only: it reads /proc. */
export async function metered<T>(
  work: () => Promise<T>,
): Promise<{ readonly usage: Usage; readonly result: T }> {
  const cpuBefore = await usedSeconds()
  const started = performance.now()
  let peakBytes = 0
  const timer = setInterval(() => {
    void descendantBytes(String(process.pid)).then((bytes) => {
      peakBytes = Math.max(peakBytes, bytes)
    })
  }, sampleEveryMs)
  try {
    const result = await work()
    const wall = (performance.now() - started) / 1_000
    return { usage: { wall, cpu: (await usedSeconds()) - cpuBefore, peakBytes }, result }
  } finally {
    clearInterval(timer)
  }
}

/** Processor time of this process and of every child that it has reaped, user and system. */
async function usedSeconds(): Promise<number> {
  const fields = await statFields('self')
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return ticks / ticksPerSecond
}

/** Resident memory of everything below a process now. Processes that end meanwhile count for nothing. */
async function descendantBytes(pid: string): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  const sizes = children
    .split(' ')
    .filter((child) => child !== '')
    .map(async (child) => {
      const [fields, below] = await Promise.all([statFields(child), descendantBytes(child)])
      return Number(fields[21]) * pageBytes + below
    })
  const settled = await Promise.allSettled(sizes)
  return settled.reduce((sum, size) => (size.status === 'fulfilled' ? sum + size.value : sum), 0)
}

/** The fields of /proc/PID/stat from the third on: the second, the name, may hold blanks. */
async function statFields(pid: string): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}
