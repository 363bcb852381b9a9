import { rm } from 'node:fs/promises'
import type { CutDisk, Loss } from './cut-disk.ts'
import { createCutDisk } from './cut-disk.ts'
import type { DiskStep } from './disk-log.ts'

export const losses: readonly Loss[] = [
  'everything',
  'bytes',
  ...[1, 2, 3].map((seed) => ({ seed })),
]

type Cuts = {
  readonly root: string
  /** What is safe before the first step, and what was done then. */
  readonly before: readonly DiskStep[]
  readonly steps: readonly DiskStep[]
  readonly loss: Loss
  /** What whoever looked before the cut could rely on. */
  readonly promisedBy: (disk: CutDisk) => string
}

/**
 * Cuts the power after every step, and lets the caller look at what is left in the folder itself and at what was promised by then.
 * What was seen before is not looked at again. Resolves to the number of looks, and leaves in the folder what a cut after the last
 * step leaves.
 */
export async function cutEverywhere(
  { root, before, steps, loss, promisedBy }: Cuts,
  look: (promised: string) => Promise<void>,
): Promise<number> {
  const disk = createCutDisk(root)
  for (const step of before) disk.step(step)
  const seen = new Set<string>()
  for (const step of steps) {
    disk.step(step)
    const promised = promisedBy(disk)
    const state = `${promised}\n${disk.digest(loss)}`
    if (seen.has(state)) continue
    seen.add(state)
    await rm(root, { recursive: true, force: true })
    await disk.restore(root, loss)
    await look(promised)
  }
  await rm(root, { recursive: true, force: true })
  await disk.restore(root, loss)
  return seen.size
}
