import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { makeFolder } from '#test/support/ffmpeg.ts'
import { contentOf } from '#test/support/local-encode.ts'
import { makeTinyClip } from '#test/support/tiny-clip.ts'

const main = fileURLToPath(new URL('../../../node/main.ts', import.meta.url))
const parts = 4

const Line = z.union([
  z.object({ progress: z.object({ stage: z.string(), percent: z.number() }) }),
  z.object({
    result: z.object({
      root: z.string(),
      pieces: z.object({ reused: z.int(), total: z.int() }),
      seconds: z.object({ encode: z.number(), finish: z.number() }),
    }),
  }),
  z.object({ error: z.object({ code: z.string(), message: z.string() }) }),
])
type Line = z.infer<typeof Line>

let clip: string

beforeAll(async () => {
  clip = path.join(await makeFolder(), 'clip.mp4')
  await makeTinyClip(clip, 96, 16 * parts - 2)
})

/** Runs the command as its user does; resolves to what it printed and how it ended. */
async function encode(
  { out, data, file = clip }: { out: string; data: string; file?: string },
  onLine: (line: Line, kill: () => void) => void = () => undefined,
) {
  const args = [main, 'encode', file, '--out', out, '--data', data, '--workers', '1', '--json']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const lines: Line[] = []
  for await (const text of createInterface(child.stdout)) {
    const line = Line.parse(JSON.parse(text))
    lines.push(line)
    onLine(line, () => child.kill('SIGKILL'))
  }
  const [code, signal] = await exited
  return { lines, code, signal }
}

function resultOf(lines: readonly Line[]) {
  const last = lines.at(-1)
  if (!last || !('result' in last)) throw new Error(JSON.stringify(last))
  return last.result
}

/** Content and place on the disk of every finished segment. */
async function inodesIn(folder: string): Promise<ReadonlyMap<string, number>> {
  const names = await readdir(folder)
  const inodes = new Map<string, number>()
  for (const name of names.filter((text) => text.endsWith('.ts')))
    inodes.set(name, (await stat(path.join(folder, name))).ino)
  return inodes
}

test('killed in the middle, it goes on from there to the very same tree', async () => {
  const [undisturbed, killed] = [await makeFolder(), await makeFolder()]
  const whole = { out: path.join(undisturbed, 'out'), data: path.join(undisturbed, 'data') }
  const expected = resultOf((await encode(whole)).lines)
  expect(expected.pieces).toEqual({ reused: 0, total: parts + 1 })

  const broken = { out: path.join(killed, 'out'), data: path.join(killed, 'data') }
  await mkdir(broken.data)
  const measured = 'determinism-class.json'
  await copyFile(path.join(whole.data, measured), path.join(broken.data, measured))
  const { signal } = await encode(broken, (line, kill) => {
    if ('progress' in line && line.progress.percent > 35) kill()
  })
  expect(signal).toBe('SIGKILL')
  const kept = await inodesIn(path.join(broken.out, '64p'))
  expect(kept.size).toBeGreaterThan(0)

  const resumed = resultOf((await encode(broken)).lines)
  expect(resumed.root).toBe(expected.root)
  expect(resumed.pieces.reused).toBeGreaterThan(0)
  expect(resumed.pieces.reused).toBeLessThan(resumed.pieces.total)
  expect(await contentOf(broken.out)).toEqual(await contentOf(whole.out))
  const inodes = await inodesIn(path.join(broken.out, '64p'))
  const untouched = [...kept].filter(([name, inode]) => inodes.get(name) === inode)
  expect(untouched.length).toBeGreaterThanOrEqual(4 * (resumed.pieces.reused - 1))
})

test('what cannot be encoded is told with its code, and exits 1', async () => {
  const folder = await makeFolder()
  const options = { out: path.join(folder, 'out'), data: path.join(folder, 'data') }
  const { lines, code } = await encode({ ...options, file: path.join(folder, 'nothing.mp4') })
  expect(code).toBe(1)
  expect(lines.at(-1)).toMatchObject({ error: { code: 'input-missing' } })
  expect(await readdir(folder)).toEqual(['data'])
})
