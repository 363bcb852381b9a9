import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { CID } from 'multiformats/cid'
import { beforeAll, expect, test } from 'vitest'
import { openBlockStore } from '#node/ipfs/block-store.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'
import type { CutDisk } from '#test/support/power/cut-disk.ts'
import { cutEverywhere, losses } from '#test/support/power/cut-everywhere.ts'
import type { DiskStep } from '#test/support/power/disk-log.ts'
import { recordDisk } from '#test/support/power/disk-log.ts'

const keeper = fileURLToPath(new URL('../support/processes/keep-blocks-main.ts', import.meta.url))
const count = 12

let root: string
let steps: readonly DiskStep[]

beforeAll(async () => {
  root = await makeFolder()
  steps = await recordDisk(root, [process.execPath, keeper, root, String(count)])
})

test.each(losses)(
  'what was kept is there after a power cut at any step; lost: %o',
  async (loss) => {
    const promisedBy = (disk: CutDisk) => disk.textOf(path.join(root, 'kept')) ?? ''
    let most = 0
    const looks = await cutEverywhere(
      { root, before: [], steps, loss, promisedBy },
      async (promised) => {
        const kept = promised.split('\n').filter((line) => line !== '')
        const store = await openBlockStore(path.join(root, 'blocks'))
        for (const cid of kept)
          await expect(store.read(CID.parse(cid))).resolves.toHaveLength(2_000)
        most = Math.max(most, kept.length)
      },
    )
    expect(most).toBe(count)
    expect(looks).toBeGreaterThan(count)
  },
)
