import { pause } from '../chain/hive-rpc.ts'
import { freeSpace } from '../encoding/disk-guard.ts'

/** How much of the disk is free, as it was seen lately. */
export type FreeBytes = {
  current(): number
  run(signal: AbortSignal): Promise<void>
}

const everyMs = 5_000

export function createFreeBytes(directory: string): FreeBytes {
  let free = 0
  return {
    current: () => free,
    run: async (signal) => {
      while (!signal.aborted) {
        free = await freeSpace(directory).catch(() => free)
        await pause(everyMs, signal)
      }
    },
  }
}
