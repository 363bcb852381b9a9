import path from 'node:path'
import { expect, test } from 'vitest'
import {
  asDiskFull,
  freeSpace,
  requireSpace,
  treeBytesEstimate,
  watchDisk,
} from '#node/encoding/disk-guard.ts'
import { cid } from '#test/support/builders.ts'
import { aRendition } from '#test/support/clip.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'

const directory = '/videos'
const limits = { directory, floorBytes: 100 }

test('what may not fit is refused before any work, with the room it needs', async () => {
  const free = () => Promise.resolve(5_000_099)
  await expect(requireSpace(5_000_000, limits, free)).rejects.toMatchObject({ code: 'disk-full' })
  await expect(requireSpace(5_000_000, limits, free)).rejects.toThrow('6 MB are needed')
  await expect(requireSpace(4_999_999, limits, free)).resolves.toBeUndefined()
})

test('work is stopped when less than the floor is left, and not before', async () => {
  const answers = [100, 101, 99]
  using guard = watchDisk({ ...limits, everyMs: 1 }, async () => answers.shift() ?? 0)
  await new Promise((resolve) => guard.signal.addEventListener('abort', resolve))
  expect(answers).toEqual([])
  expect(guard.signal.reason).toMatchObject({ code: 'disk-full' })
})

test('a disk that cannot be asked stops nothing', async () => {
  let asked = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  using guard = watchDisk({ ...limits, everyMs: 1 }, () => {
    asked += 1
    if (asked === 3) resolve()
    return Promise.reject(new Error('gone'))
  })
  await promise
  expect(guard.signal.aborted).toBe(false)
})

test('room is measured where a folder will be, though it is not there yet', async () => {
  const folder = await makeFolder()
  expect(await freeSpace(path.join(folder, 'not', 'yet'))).toBeGreaterThan(0)
})

test('only a write that found no room is told as a full disk', () => {
  const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })
  expect(asDiskFull(full, directory)).toMatchObject({ code: 'disk-full', cause: full })
  const other = new Error('anything')
  expect(asDiskFull(other, directory)).toBe(other)
})

test('a rendition is taken to need its cap, or what a poor source has to give', () => {
  const grid = {
    rate: { numerator: 25, denominator: 1 },
    frames: 2500,
    segmentFrames: 100,
    partSegments: 4,
    leadSeconds: 3,
  }
  const estimate = (bytes: number) =>
    treeBytesEstimate({
      source: { cid: cid('source'), bytes, width: 160, height: 90, codec: 'h264', videoStream: 0 },
      grid,
      ladder: [aRendition({ kbps: 1000 })],
      recipe: 'h264-ts-4',
    })
  expect(estimate(100_000_000)).toBe(Math.ceil((1.1 * 1000 * 1000 * 100) / 8))
  expect(estimate(1_250_000)).toBe(Math.ceil((1.1 * 150 * 1000 * 100) / 8))
})
