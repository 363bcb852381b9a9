import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { childEnvironment } from '#node/config.ts'
import { checkFfmpeg } from '#node/doctor/check-ffmpeg.ts'
import { checkClock, checkDisk, checkPorts, describeHardware } from '#node/doctor/check-machine.ts'
import type { Finding } from '#node/doctor/finding.ts'
import type { FfmpegBinaries } from '#node/encoding/ffmpeg-binaries.ts'
import { makeFolder, untroubled } from '#test/support/ffmpeg.ts'

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

test('without FFmpeg it exits 1, and says what to do', async () => {
  const environment = { FFMPEG_PATH: '/nowhere/ffmpeg' }
  const { ok, code, named } = await doctor(environment, await makeFolder())
  expect({ ok, code }).toEqual({ ok: false, code: 1 })
  expect(named.get('ffmpeg')).toMatchObject({ status: 'fail' })
  expect(named.get('ffmpeg')?.fix).toContain('install ffmpeg')
})

const binaries: FfmpegBinaries = {
  ffmpeg: '/usr/bin/ffmpeg',
  ffprobe: '/usr/bin/ffprobe',
  origin: 'installed',
  version: '5.1',
  x264: 'core 164',
  warning: null,
}

/** An FFmpeg of 2019 without zscale and AAC. */
const answers: Readonly<Record<string, readonly string[]>> = {
  '-version': ['ffmpeg version 4.2 Copyright (c) 2000-2019 the FFmpeg developers'],
  '-encoders': [' V....D libx264              libx264 H.264 (codec h264)'],
  '-filters': ['scale', 'fps', 'tpad', 'bwdif', 'tonemap'].map((name) => ` .S. ${name}  V->V  …`),
}

test('what a build lacks is told with what it costs and how to get it', async () => {
  const lister = {
    run: async ({ args, onLine }: { args: readonly string[]; onLine: (line: string) => void }) =>
      answers[args[0] ?? '']?.forEach(onLine),
  }
  const findings = await checkFfmpeg(binaries, lister, { signal: untroubled, year: 2026 })
  const bad = findings.filter(({ status }) => status !== 'ok')
  expect(bad.map(({ name, status, text }) => [name, status, text])).toEqual([
    ['age', 'warn', 'of 2019, 7 years old: newer ones are faster'],
    ['encoder aac', 'fail', 'missing: nothing can be encoded'],
    ['filter zscale', 'warn', 'missing: HDR video cannot be encoded'],
  ])
  expect(bad.every(({ fix }) => fix !== null)).toBe(true)
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
