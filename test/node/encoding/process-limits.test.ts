import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { createFfmpeg } from '#node/encoding/ffmpeg-process.ts'
import { createProcessGuard } from '#node/encoding/process-guard.ts'
import { createProcessLedger } from '#node/encoding/process-ledger.ts'
import { findLimits, memoryCeilingBytes } from '#node/encoding/process-limits.ts'
import { makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'

const mebibyte = 2 ** 20
const gibibyte = 2 ** 30

async function openLimited() {
  const { binaries } = await openTools()
  const directory = await makeFolder()
  const guard = createProcessGuard(
    { ledger: createProcessLedger(await makeFolder()) },
    { niceness: 0, prefix: [], limits: await findLimits() },
  )
  const ffmpeg = createFfmpeg({ guard }, { path: binaries.ffmpeg, stallMs: 60_000 })
  const encode = (limits: { memoryBytes?: number; longestMs?: number }, ...input: string[]) =>
    ffmpeg.run({
      args: ['-f', 'lavfi', ...input, '-c:v', 'libx264', '-threads', '1', '-f', 'null', '-'],
      directory,
      signal: untroubled,
      ...limits,
    })
  return { guard, encode }
}

test('a child gets no more memory than its ceiling, and says so', async () => {
  const { encode } = await openLimited()
  const input = ['-i', 'testsrc2=size=3840x2160:rate=25:duration=0.04']
  await expect(encode({ memoryBytes: 64 * mebibyte }, ...input)).rejects.toMatchObject({
    code: 'memory-exceeded',
  })
  const memoryBytes = memoryCeilingBytes(3840 * 2160, 3840 * 2160)
  const { progress } = await encode({ memoryBytes }, ...input)
  expect(progress.frames).toBe(1)
})

test('a child stands back from the disk', async () => {
  const { guard } = await openLimited()
  const { child, exited } = guard.start({ file: 'ionice', args: [] })
  const answer = (await child.stdout.toArray()).join('')
  await exited
  expect(answer).toBe('best-effort: prio 7\n')
  expect(execFileSync('ionice', { encoding: 'utf8' })).not.toBe(answer)
})

test('work that takes longer than it may is given up, though it advances', async () => {
  const { encode } = await openLimited()
  await expect(
    encode({ longestMs: 1_000 }, '-re', '-i', 'testsrc2=size=64x64:duration=600'),
  ).rejects.toThrow('Not done after 1 seconds.')
})

test('the ceiling grows with the pictures, and ends at what the machine has', () => {
  const hd = memoryCeilingBytes(1920 * 1080, 1920 * 1080, 64 * gibibyte)
  expect(hd).toBeGreaterThan(2 * gibibyte)
  expect(memoryCeilingBytes(3840 * 2160, 1920 * 1080, 64 * gibibyte)).toBeGreaterThan(hd)
  expect(memoryCeilingBytes(7680 * 4320, 1920 * 1080, 8 * gibibyte)).toBe(8 * gibibyte)
  expect(memoryCeilingBytes(7680 * 4320, 1920 * 1080, gibibyte)).toBe(4 * gibibyte)
})
