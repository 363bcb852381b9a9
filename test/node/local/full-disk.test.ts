import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FreeSpace } from '#node/encoding/disk-guard.ts'
import { freeSpace } from '#node/encoding/disk-guard.ts'
import { createEncodeFile } from '#node/local/encode-file.ts'
import type { LocalReport } from '#node/local/local-report.ts'
import { contractRecipe } from '#protocol/recipe.ts'
import { makeFolder, untroubled } from '#test/support/ffmpeg.ts'
import { openLocal } from '#test/support/local-encode.ts'
import { makeTinyClip } from '#test/support/tiny-clip.ts'

const run = promisify(execFile)

let local: Awaited<ReturnType<typeof openLocal>>
let clip: string

beforeAll(async () => {
  local = await openLocal()
  clip = path.join(await makeFolder(), 'clip.mp4')
  await makeTinyClip(clip, 96, 50)
})

function encode(out: string, free: FreeSpace, diskFloorBytes: number): Promise<LocalReport> {
  return createEncodeFile({ ...local, engine: { ...local.engine, workers: 1 }, free })({
    file: clip,
    out,
    qualities: [],
    recipe: contractRecipe,
    hasExtras: true,
    signal: untroubled,
    onProgress: () => undefined,
    diskFloorBytes,
  })
}

/** A disk of its own where this user may make one; null elsewhere. */
async function mountSmallDisk(kilobytes: number): Promise<string | null> {
  const folder = await makeFolder()
  return await run('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'small', folder]).then(
    () => folder,
    () => null,
  )
}

const mounted: string[] = []
afterAll(async () => {
  for (const folder of mounted) await run('umount', ['--lazy', folder])
})

test('what will not fit is refused before anything is encoded', async () => {
  const out = path.join(await makeFolder(), 'out')
  const refused = encode(out, () => Promise.resolve(1_000), 0)
  await expect(refused).rejects.toMatchObject({ code: 'disk-full' })
  await expect(refused).rejects.toThrow('make room')
})

test('a disk that others fill stops the work, which goes on from there when there is room', async () => {
  const out = path.join(await makeFolder(), 'out')
  /** Full from the moment on in which the first segment has its name. */
  const filling: FreeSpace = async () => {
    const names = await readdir(path.join(out, '64p')).catch(() => [])
    return names.length > 0 ? 0 : 2 ** 40
  }
  const stopped = createEncodeFile({
    ...local,
    free: filling,
    engine: {
      ...local.engine,
      workers: 1,
      // The second part waits for the guard, as an encode of hours would.
      encodeCell: (request, cell, options) =>
        cell.part === 0
          ? local.engine.encodeCell(request, cell, options)
          : new Promise((_, reject) =>
              options.signal.addEventListener('abort', () => reject(options.signal.reason)),
            ),
    },
  })({
    file: clip,
    out,
    qualities: [],
    recipe: contractRecipe,
    hasExtras: true,
    signal: untroubled,
    onProgress: () => undefined,
  })
  await expect(stopped).rejects.toMatchObject({ code: 'disk-full' })
  const { pieces } = await encode(out, freeSpace, 0)
  expect(pieces.reused).toBeGreaterThan(0)
  expect(pieces.reused).toBeLessThan(pieces.total)
})

test('a disk without room is told as such, and the finished parts are kept', async () => {
  const whole = await encode(path.join(await makeFolder(), 'out'), freeSpace, 0)
  local.cache.evict(0)
  const disk = await mountSmallDisk(Math.round((0.6 * whole.bytes) / 1_000))
  if (disk !== null) mounted.push(disk)
  const plenty = () => Promise.resolve(2 ** 40)
  const out = path.join(disk ?? (await makeFolder()), 'out')
  /** Where no disk can be made, the same is told by the measure of one that is full. */
  const failed = encode(out, disk === null ? () => Promise.resolve(0) : plenty, 0)
  await expect(failed).rejects.toMatchObject({ code: 'disk-full' })
  if (disk !== null) await run('mount', ['-o', 'remount,size=64m', disk])
  const resumed = await encode(out, freeSpace, 0)
  expect(resumed.root).toBe(whole.root)
})
