import { readFile } from 'node:fs/promises'

/** The instruction sets that x264 may use by the recipe: what it would choose above them changes its bytes. */
const cap = 'avx2'

/**
 * The value of x264's `asm=` on this machine; null where the processor has less than the cap, so that x264 takes what
 * there is: such a machine is in a class of its own. Where the system does not tell, an x86 processor is taken to have it.
 */
export async function instructionCap(): Promise<string | null> {
  if (process.arch !== 'x64') return null
  const description = await readFile('/proc/cpuinfo', 'utf8').catch(() => null)
  return description === null || hasFlag(description, cap) ? cap : null
}

/** Whether each of the processors that `/proc/cpuinfo` describes has a feature. */
function hasFlag(cpuinfo: string, flag: string): boolean {
  const flags = cpuinfo.split('\n').filter((line) => line.startsWith('flags'))
  return flags.length > 0 && flags.every((line) => line.split(/\s+/).includes(flag))
}
