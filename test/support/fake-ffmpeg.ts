import { chmod, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createFfmpeg } from '#node/encoding/ffmpeg-process.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { createProcessGuard, findDeathSignal } from '#node/encoding/process-guard.ts'
import { createProcessLedger } from '#node/encoding/process-ledger.ts'
import { makeFolder, openTools } from './ffmpeg.ts'

/** What the fake does with commands for some hardware encoder; the first rule that fits, as often as it may. */
export type FakeRule = {
  readonly encoder: string
  readonly device?: string
  /** Only the commands by which devices prove themselves, or only those of jobs. */
  readonly when?: 'probe' | 'work'
  /** Only commands with this option, or without it when it stands behind a `!`. */
  readonly option?: string
  readonly times?: number
  readonly act:
    | { readonly type: 'fail'; readonly log: readonly string[]; readonly code: number }
    /** Fails after frames, with half a segment written. */
    | { readonly type: 'break'; readonly log: readonly string[]; readonly code: number }
    | { readonly type: 'crash'; readonly signal: NodeJS.Signals }
    /** Reports one frame and no other, with a child of its own. */
    | { readonly type: 'hang' }
    /** Grants so many encoders at once; each that is granted lasts until as many wait or fail. */
    | { readonly type: 'sessions'; readonly limit: number }
    /** As where no rule fits. */
    | { readonly type: 'encode' }
    /** Encodes, but not as asked for. */
    | { readonly type: 'disobey'; readonly what: 'cap' | 'groups' | 'profile' }
}

/** One run of the fake. */
export type FakeCall = {
  readonly pid: number
  /** Of a process that the run started. */
  readonly child: number | null
  readonly encoder: string
  readonly device: string
  readonly when: 'probe' | 'work'
  readonly directory: string
  readonly args: readonly string[]
}

export type FakeFfmpeg = {
  readonly tools: FfmpegTools
  /** Runs with a hardware encoder, and those of libx264 for jobs. */
  readonly calls: () => Promise<readonly FakeCall[]>
  readonly setRules: (rules: readonly FakeRule[]) => Promise<void>
}

/** The machine's own, looked for once. */
let real: Promise<FfmpegTools> | undefined

/**
 * FFmpeg as a program whose hardware encoders do as they are told. Where no rule fits, hardware is played by the real
 * FFmpeg with libx264 at other settings, and with another reordering or none: other bytes, true video.
 */
export async function fakeFfmpeg(
  rules: readonly FakeRule[],
  { stallMs = 60_000 }: { readonly stallMs?: number } = {},
): Promise<FakeFfmpeg> {
  real ??= openTools()
  const { binaries, ffprobe } = await real
  const directory = await makeFolder()
  const file = path.join(directory, 'ffmpeg')
  let generation = 0
  const setRules = async (next: readonly FakeRule[]): Promise<void> => {
    generation += 1
    await writeFile(path.join(directory, 'rules.json'), JSON.stringify({ generation, rules: next }))
  }
  await setRules(rules)
  await writeFile(path.join(directory, 'calls'), '')
  const names = JSON.stringify({ directory, real: binaries.ffmpeg })
  await writeFile(file, `#!${process.execPath}\nconst names = ${names}\n${program}`)
  await chmod(file, 0o755)
  const guard = createProcessGuard(
    { ledger: createProcessLedger(await makeFolder()) },
    { niceness: 0, prefix: await findDeathSignal() },
  )
  const tools: FfmpegTools = {
    binaries: { ...binaries, ffmpeg: file },
    ffmpeg: createFfmpeg({ guard }, { path: file, stallMs }),
    ffprobe,
  }
  const calls = async (): Promise<readonly FakeCall[]> => {
    const text = await readFile(path.join(directory, 'calls'), 'utf8')
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line): FakeCall => JSON.parse(line))
  }
  return { tools, calls, setRules }
}

const program = String.raw`
const { appendFileSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } = require('node:fs')
const { spawn } = require('node:child_process')
const path = require('node:path')

const args = process.argv.slice(2)
const after = (option) => (args.includes(option) ? args[args.indexOf(option) + 1] : '')
const encoder = after('-c:v')
const isHardware = encoder.startsWith('h264_')
const when = after('-i').includes('spk-encoder-probe-') ? 'probe' : 'work'
const opened = /^(?:vaapi|qsv)=[a-z]+:?(.*)$/.exec(after('-init_hw_device'))
const device = after('-gpu') || (opened ? opened[1] : '')
const outputs = args.filter((argument) => argument.endsWith('.ts'))

const { generation, rules } = JSON.parse(readFileSync(path.join(names.directory, 'rules.json'), 'utf8'))

function note(child) {
  const call = { pid: process.pid, child, encoder, device, when, directory: process.cwd(), args }
  appendFileSync(path.join(names.directory, 'calls'), JSON.stringify(call) + '\n')
}

/** Folders are made by one process alone, whoever else tries. */
function claim(name) {
  try {
    mkdirSync(path.join(names.directory, name))
    return true
  } catch {
    return false
  }
}

function fits(rule, index) {
  const { option = '' } = rule
  const isAsked = option.startsWith('!') ? !args.includes(option.slice(1)) : option === '' || args.includes(option)
  const isMeant = rule.encoder === encoder && (rule.device ?? device) === device
  if (!isMeant || !isAsked || (rule.when ?? when) !== when) return false
  if (rule.times === undefined) return true
  for (let time = 0; time < rule.times; time += 1) if (claim(['rule', generation, index, time].join('-'))) return true
  return false
}

function report(frame) {
  process.stdout.write('frame=' + frame + '\nout_time_us=' + frame * 40000 + '\nprogress=continue\n')
}

function fail({ log, code }) {
  process.stderr.write(log.join('\n') + '\n')
  process.exitCode = code
}

/** The command with libx264 in the place of hardware. */
function translate(disobey) {
  const dropped = ['-init_hw_device', '-filter_hw_device', '-gpu', '-preset', '-tune', '-rc', '-cq', '-spatial-aq', '-b:v',
    '-bf', '-forced-idr', '-no-scenecut', '-rc_mode', '-idr_interval', '-low_power', '-forced_idr', '-look_ahead',
    '-adaptive_i', '-adaptive_b', '-b_strategy', '-allow_sw', '-realtime', '-usage', '-quality']
  if (disobey === 'cap') dropped.push('-maxrate', '-bufsize')
  if (disobey === 'groups') dropped.push('-g', '-force_key_frames')
  if (disobey === 'profile') dropped.push('-profile:v')
  const command = []
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index]
    if (dropped.includes(argument)) index += 1
    else if (argument === '-c:v') {
      const quality = disobey === 'cap' ? '10' : '26'
      command.push('-c:v', 'libx264', '-preset', 'ultrafast', ...features(index, disobey), '-crf', quality, '-bf', encoder === 'h264_vaapi' ? '2' : '0', '-threads', '1', '-sc_threshold', '0')
      if (disobey === 'profile') command.push('-profile:v', 'baseline')
      index += 1
    } else command.push(argument.replace(/,format=nv12(,hwupload(=[a-z_0-9=]+)?)?(?=\[)/g, ''))
  }
  return command
}

/** What makes a stream of its profile: x264 names the least that its features need. */
function features(index, disobey) {
  if (disobey === 'profile') return []
  const isHigh = args[args.indexOf('-profile:v', index) + 1] === 'high'
  return ['-x264-params', isHigh ? 'cabac=1:8x8dct=1' : 'cabac=1:8x8dct=0']
}

function encode(command) {
  const child = spawn(names.real, command, { stdio: 'inherit' })
  note(child.pid)
  child.on('close', (code, signal) => {
    if (signal) process.kill(process.pid, signal)
    process.exitCode = code
  })
  return child
}

/** Places are folders too; a run waits with its own until another was refused, so that limits are met for certain. */
function sessions(limit) {
  const places = []
  for (let place = 0; place < limit && places.length < outputs.length; place += 1)
    if (claim('place-' + place)) places.push('place-' + place)
  const leave = () => places.forEach((place) => rmdirSync(path.join(names.directory, place)))
  if (places.length < outputs.length) {
    leave()
    note(null)
    claim('refused')
    fail({ log: ['[h264_nvenc @ 0x1] OpenEncodeSessionEx failed: out of memory (10): (no details)',
      '[h264_nvenc @ 0x1] No capable devices found'], code: 1 })
    return
  }
  const begin = () => {
    if (when === 'work' && !readdirSync(names.directory).includes('refused')) setTimeout(begin, 5)
    else encode(translate()).on('close', leave)
  }
  begin()
}

function act(rule) {
  const { type } = rule.act
  if (type === 'sessions') return sessions(rule.act.limit)
  if (type === 'encode') return encode(translate())
  if (type === 'disobey') return encode(translate(rule.act.what))
  if (type === 'hang') {
    note(spawn('sleep', ['600'], { stdio: 'ignore' }).pid)
    report(1)
    return setInterval(() => {}, 1000)
  }
  note(null)
  if (type === 'crash') return process.kill(process.pid, rule.act.signal)
  if (type === 'break') {
    for (const output of outputs) writeFileSync(output.replace('%05d', '00000'), 'half a segment')
    report(2)
    report(5)
  }
  fail(rule.act)
}

if (!isHardware) {
  const isJob = encoder === 'libx264' && outputs.length > 0 && !after('-i').includes('spk-encoder-class-')
  if (isJob) encode(args)
  else spawn(names.real, args, { stdio: 'inherit' }).on('close', (code) => (process.exitCode = code))
} else {
  const rule = rules.find(fits)
  if (rule) act(rule)
  else encode(translate())
}
`
