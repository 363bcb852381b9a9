import { execFile } from 'node:child_process'
import { totalmem } from 'node:os'
import { promisify } from 'node:util'

/**
 * What a child's command line begins with, by the memory it may have: the kernel lets it stand back from the disk and
 * refuses it memory above the ceiling. Each is left out where the machine lacks the program for it.
 */
export type LimitPrefix = (memoryBytes: number | undefined) => readonly string[]

/** Best effort, last in line: an encode reads and writes little, but often while its owner is at work. */
const politeDisk = ['ionice', '-c', '2', '-n', '7'] as const

const memoryCeiling = (bytes: number): readonly string[] => ['prlimit', `--as=${bytes}`]

/** Finds out which limits this machine can set. On anything but Linux there are none. */
export async function findLimits(): Promise<LimitPrefix> {
  if (process.platform !== 'linux') return () => []
  const [disk, memory] = await Promise.all([
    isUsable(politeDisk),
    isUsable(memoryCeiling(anyCeilingBytes)),
  ])
  const always = disk ? politeDisk : []
  return (memoryBytes) =>
    memory && memoryBytes !== undefined ? [...always, ...memoryCeiling(memoryBytes)] : always
}

/** More than `true` needs. */
const anyCeilingBytes = 2 ** 40

async function isUsable([program = '', ...args]: readonly string[]): Promise<boolean> {
  return await promisify(execFile)(program, [...args, 'true']).then(
    () => true,
    () => false,
  )
}

/** Libraries, code and stacks of an FFmpeg, counted as address space. */
const programBytes = 2 * 2 ** 30

/** Pictures that decoder, filters and look-ahead hold at a time; and bytes of a pixel in the widest format, 32-bit float RGB. */
const heldPictures = 48
const widestPixelBytes = 12

/** x264's look-ahead, references and copies, in 8-bit pictures of the output. */
export const encoderPictures = 160
const outputPixelBytes = 1.5

/** A generous ceiling for one FFmpeg, by what it decodes and encodes; never above what the machine has. */
export function memoryCeilingBytes(
  sourcePixels: number,
  outputPixels: number,
  machineBytes: number = totalmem(),
): number {
  const wanted =
    programBytes +
    heldPictures * widestPixelBytes * sourcePixels +
    encoderPictures * outputPixelBytes * outputPixels
  return Math.round(Math.min(wanted, Math.max(2 * programBytes, machineBytes)))
}
