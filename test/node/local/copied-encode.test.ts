import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createEncodingEngine } from '#node/encoding/engine.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { copyNote } from '#node/local/copy-note.ts'
import { checkTree } from '#node/verification/tree-check.ts'
import { Sha256Hex } from '#protocol/ids.ts'
import { Manifest } from '#protocol/manifest.ts'
import { complaintsAbout, ffmpeg, makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'
import { contentOf } from '#test/support/local-encode.ts'

const main = fileURLToPath(new URL('../../../node/main.ts', import.meta.url))
const seconds = 34

let tools: FfmpegTools
let folder: string
let recording: string

beforeAll(async () => {
  tools = await openTools()
  folder = await makeFolder()
  recording = path.join(folder, 'recording.mp4')
  await record(recording)
}, 60_000)

/** What a streaming program records: H.264 in 720p with a key frame every two seconds, and sound. */
async function record(file: string): Promise<void> {
  const picture = `testsrc2=size=1280x720:rate=10:duration=${seconds},setparams=range=tv`
  const color = ['primaries', 'trc'].flatMap((name) => [`-color_${name}`, 'bt709'])
  await ffmpeg(
    tools,
    ...['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', `sine=duration=${seconds}`],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-profile:v', 'main', '-level', '3.1'],
    ...['-g', '20', '-sc_threshold', '0', '-b:v', '800k', '-maxrate', '1M', '-bufsize', '1M'],
    ...[...color, '-colorspace', 'bt709', '-color_range', 'tv', '-pix_fmt', 'yuv420p'],
    ...['-c:a', 'aac', file],
  )
}

const Line = z.object({
  progress: z.object({ percent: z.number() }).optional(),
  result: z
    .object({
      root: z.string(),
      copied: z.string().nullable(),
      copyObstacle: z.null(),
      pieces: z.object({ reused: z.int(), total: z.int() }),
    })
    .optional(),
})
type Line = z.infer<typeof Line>

/** Runs the command as its user does, on the machine's processor alone; resolves to what it told last. */
async function encode(
  place: { readonly out: string; readonly data: string },
  onLine: (line: Line, kill: () => void) => void = () => undefined,
): Promise<Line> {
  const { out, data } = place
  const args = ['encode', recording, '--out', out, '--data', data, '--workers', '1']
  const options = ['--json', '--no-extras', '--hardware', 'off']
  const child = spawn(process.execPath, [main, ...args, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  let last: Line = {}
  for await (const text of createInterface(child.stdout)) {
    last = Line.parse(JSON.parse(text))
    onLine(last, () => child.kill('SIGKILL'))
  }
  await exited
  return last
}

test('the rendition that a recording already is gets copied; killed and resumed, it is the same tree and passes its check', async () => {
  const data = path.join(folder, 'data')
  const whole = { out: path.join(folder, 'whole'), data }
  const { result } = await encode(whole)
  expect(result).toMatchObject({ copied: '720p', pieces: { reused: 0, total: 5 } })
  const manifest = Manifest.parse(
    JSON.parse(await readFile(path.join(whole.out, 'manifest.json'), 'utf8')),
  )
  expect(manifest.copied).toBe('720p')
  expect(manifest.renditions.map(({ name }) => name)).toEqual(['720p', '480p'])
  expect(await complaintsAbout(tools, path.join(whole.out, 'master.m3u8'))).toBe('')

  const broken = { out: path.join(folder, 'broken'), data: path.join(folder, 'other') }
  await encode(broken, ({ progress }, kill) => {
    if (progress && progress.percent > 60) kill()
  })
  const resumed = await encode(broken)
  expect(resumed.result?.root).toBe(result?.root)
  expect(resumed.result?.pieces.reused).toBeGreaterThan(1)
  expect(resumed.result?.pieces.reused).toBeLessThan(5)
  expect(await contentOf(broken.out)).toEqual(await contentOf(whole.out))

  const engine = await createEncodingEngine({ tools }, { directory: data, signal: untroubled })
  const report = await checkTree(
    { engine, tools },
    {
      folder: broken.out,
      source: recording,
      seed: Sha256Hex.parse('5e'.repeat(32)),
      leaves: 3,
      scratch: await makeFolder(),
      signal: untroubled,
      onProgress: () => undefined,
    },
  )
  expect(report).toMatchObject({ verdict: 'pass', tier: 'exact', faults: [] })
  expect(report.findings.map(({ rendition }) => rendition)).toContain('720p')
}, 120_000)

test('what is copied, and why nothing is, is said in a sentence', () => {
  const rendition = { width: 1, height: 1, segments: 1, bytes: 1, averageKbps: 1, hardware: {} }
  const renditions = ['720p', '480p'].map((name) => ({ name, ...rendition }))
  expect(copyNote({ copied: '720p', copyObstacle: null, renditions })).toBe(
    "720p is the source's own video, copied. 480p encoded: not its size.",
  )
  expect(copyNote({ copied: null, copyObstacle: 'key-frames', renditions })).toBe(
    "The source's own video could not be copied: its key frames do not allow segments of 2 to 6 seconds.",
  )
})
