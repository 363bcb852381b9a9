import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { MarketError } from '#market/errors.ts'
import { childEnvironment } from '#node/config.ts'
import { checkFfmpeg, missingFfmpeg } from '#node/doctor/check-ffmpeg.ts'
import { checkClock, checkDisk, checkPorts, describeHardware } from '#node/doctor/check-machine.ts'
import type { Finding } from '#node/doctor/finding.ts'
import type { FfmpegBinaries } from '#node/encoding/ffmpeg-binaries.ts'
import { windowFilters } from '#node/encoding/part-arguments.ts'
import { renditionFilters, uprightFilters } from '#node/encoding/picture-filters.ts'
import { makeFolder, untroubled } from '#test/support/ffmpeg.ts'
import { aColor, aSourceLayout, aVideoLayout } from '#test/support/layout.ts'

const main = fileURLToPath(new URL('../../../node/main.ts', import.meta.url))

/** Runs the command; resolves to its only line of output and its exit code. */
async function doctor(environment: Readonly<Record<string, string>>, data: string) {
  const args = [main, 'doctor', '--json', '--data', data]
  const child = spawn(process.execPath, args, { env: childEnvironment(environment) })
  const exited = once(child, 'exit')
  const output = (await child.stdout.setEncoding('utf8').toArray()).join('')
  const [code] = await exited
  const { ok, findings }: { ok: boolean; findings: readonly Finding[] } = JSON.parse(output)
  return { ok, code, named: new Map(findings.map((finding) => [finding.name, finding])) }
}

test('a machine with FFmpeg is told to be well', async () => {
  const data = await makeFolder()
  const { ok, code, named } = await doctor({ XDG_DATA_HOME: await makeFolder() }, data)
  expect({ ok, code }).toEqual({ ok: true, code: 0 })
  expect(named.get('class')?.text).toMatch(/^baf/)
  expect(named.get('encoder libx264')?.status).toBe('ok')
  const fix = `spk-encoder benchmark --data ${data}`
  expect(named.get('speed')).toMatchObject({ status: 'warn', fix })
})

test('a program that is named and not there is to be named anew: installing another mends nothing', async () => {
  const environment = { FFMPEG_PATH: '/nowhere/ffmpeg' }
  const { ok, code, named } = await doctor(environment, await makeFolder())
  expect({ ok, code }).toEqual({ ok: false, code: 1 })
  expect(named.get('ffmpeg')).toMatchObject({
    status: 'fail',
    text: 'There is no program at /nowhere/ffmpeg, which FFMPEG_PATH names; correct or unset FFMPEG_PATH.',
    fix: 'correct or unset FFMPEG_PATH',
  })
})

test('a program that is named and is another one is told as that', async () => {
  const { code, named } = await doctor({ FFMPEG_PATH: '/bin/true' }, await makeFolder())
  expect(code).toBe(1)
  expect(named.get('ffmpeg')).toMatchObject({
    status: 'fail',
    text: 'This program is not FFmpeg. FFMPEG_PATH names /bin/true; correct or unset it.',
    fix: 'correct or unset FFMPEG_PATH',
  })
})

test('a program that is named as ffprobe and is another one is told as that', async () => {
  const { code, named } = await doctor({ FFPROBE_PATH: '/bin/true' }, await makeFolder())
  expect(code).toBe(1)
  expect(named.get('ffmpeg')).toMatchObject({
    status: 'fail',
    text: '/bin/true is not ffprobe, or does not run here. FFPROBE_PATH names it; correct or unset FFPROBE_PATH.',
    fix: 'correct or unset FFPROBE_PATH',
  })
})

test('without FFmpeg the fix is to install one', () => {
  const missing = new MarketError('ffmpeg-missing', 'FFmpeg is not installed.')
  expect(missingFfmpeg(missing).fix).toContain('install ffmpeg')
})

test('a data directory that cannot be made is one finding, and all else is looked at', async () => {
  const file = path.join(await makeFolder(), 'file')
  await writeFile(file, 'in the way')
  const { code, named } = await doctor({}, path.join(file, 'below'))
  expect(code).toBe(1)
  expect(named.get('disk')).toMatchObject({
    status: 'fail',
    text: expect.stringContaining('something that is not a directory is in the way'),
    fix: 'choose another directory with --data',
  })
  expect(named.get('class')?.text).toMatch(/^baf/)
  expect([...named.keys()]).toContain('clock')
})

const binaries: FfmpegBinaries = {
  ffmpeg: '/usr/bin/ffmpeg',
  ffprobe: '/usr/bin/ffprobe',
  origin: 'installed',
  version: '5.1.9-0+deb12u1',
  x264: 'core 164',
  warning: null,
}

/** An FFmpeg without lut3d and AAC. */
const answers: Readonly<Record<string, readonly string[]>> = {
  '-encoders': [' V....D libx264              libx264 H.264 (codec h264)'],
  '-filters': ['scale', 'fps', 'tpad', 'bwdif', 'premultiply'].map(
    (name) => ` .S. ${name}  V->V  …`,
  ),
}

const lister = {
  run: async ({ args, onLine }: { args: readonly string[]; onLine: (line: string) => void }) =>
    answers[args[0] ?? '']?.forEach(onLine),
}

test('what a build lacks is told with what it costs and how to get it', async () => {
  const findings = await checkFfmpeg(binaries, lister, { signal: untroubled })
  const bad = findings.filter(({ status }) => status !== 'ok')
  expect(bad.map(({ name, status, text }) => [name, status, text])).toEqual([
    ['encoder aac', 'fail', 'missing: nothing can be encoded'],
    ['filter lut3d', 'warn', 'missing: HDR and wide-gamut video cannot be encoded'],
  ])
  expect(bad.every(({ fix }) => fix !== null)).toBe(true)
})

test('every filter that is looked for is one that pictures go through', async () => {
  const color = aColor({ wide: 'pq' })
  const video = aVideoLayout({ fields: 'top', hasAlpha: true, color })
  const size = { width: 640, height: 360 }
  const rate = { numerator: 25, denominator: 1 }
  const graph = [
    ...windowFilters(aSourceLayout({ video }), rate, { startFrame: 0, isLast: true }),
    ...[...uprightFilters(video), ...renditionFilters(video, size)],
  ]
  const used = new Set(graph.map((filter) => filter.split('=')[0]))
  const findings = await checkFfmpeg(binaries, lister, { signal: untroubled })
  const looked = findings.flatMap(({ name }) => /^filter (.*)$/.exec(name)?.[1] ?? [])
  expect(looked.filter((name) => !used.has(name))).toEqual([])
  expect(looked).toContain('lut3d')
})

test.each([
  ['5.1.9-0+deb12u1', 'ok', '5.1.9'],
  ['n7.1', 'ok', '7.1'],
  ['4.2', 'warn', '4.2 is an old one: newer ones are faster'],
  ['N-118000-gabcdef', 'ok', 'N-118000-gabcdef is no numbered release'],
  ['2025-01-02-git-abcdef', 'ok', '2025-01-02-git-abcdef is no numbered release'],
])('a build of version %s is told by its own number', async (version, status, text) => {
  const findings = await checkFfmpeg({ ...binaries, version }, lister, { signal: untroubled })
  expect(findings.find(({ name }) => name === 'release')).toMatchObject({ status, text })
})

test('a directory that cannot be written is told as broken', async () => {
  const folder = await makeFolder()
  await mkdir(path.join(folder, 'doctor.unfinished', 'in-the-way'), { recursive: true })
  expect(await checkDisk(folder)).toMatchObject([{ name: 'disk' }, { status: 'fail' }])
})

test('a clock that is off is told, with the command that sets it', async () => {
  const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const check = (offsetMs: number) =>
    checkClock(url, { now: () => Date.now() + offsetMs, signal: untroubled })
  expect(await check(0)).toMatchObject({ status: 'ok' })
  expect(await check(60_000)).toMatchObject({ status: 'warn', fix: expect.stringMatching(/ntp/) })
  server.close()
  await once(server, 'close')
  expect(await check(0)).toMatchObject({ status: 'warn', text: `${url} does not answer` })
})

test('a port that is taken is told with how to find who has it', async () => {
  const server = createTcpServer()
  await new Promise<void>((resolve) => {
    server.once('error', () => resolve())
    server.listen(3002, '127.0.0.1', resolve)
  })
  const [agent] = await checkPorts()
  server.close()
  expect(agent).toMatchObject({
    name: 'port 3002',
    status: 'warn',
    fix: "ss -ltnp 'sport = :3002'",
  })
})

test('a device that cannot be used is told with its reason and its mending', () => {
  const device = { device: '/dev/dri/renderD128', encoder: 'h264_vaapi' }
  const fix = 'sudo usermod -aG render "$USER"'
  expect(describeHardware([{ ...device, ok: false, reason: 'permission denied', fix }])).toEqual([
    { name: 'h264_vaapi', status: 'warn', text: '/dev/dri/renderD128: permission denied', fix },
  ])
  expect(describeHardware([])).toMatchObject([{ status: 'ok' }])
})
