import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { writeCalibrationClip } from '#node/encoding/calibration-clip.ts'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { hardwareEncoderArguments } from '#node/encoding/hardware/hardware-arguments.ts'
import type { HardwareDevice } from '#node/encoding/hardware/hardware-device.ts'
import { cascadeOrder } from '#node/encoding/hardware/hardware-device.ts'
import { classifyFailure } from '#node/encoding/hardware/hardware-failure.ts'
import { partArguments } from '#node/encoding/part-arguments.ts'
import { readLayout } from '#node/encoding/source-layout.ts'
import { HardwareEncoder } from '#protocol/encoder.ts'
import { partWindow } from '#protocol/grid.ts'
import { presets } from '#protocol/ladder.ts'
import { makeFolder, openTools, untroubled } from '#test/support/ffmpeg.ts'

const run = promisify(execFile)
const ladder = presets.map((preset) => ({ ...preset }))

let tools: FfmpegTools
let clip = ''
beforeAll(async () => {
  tools = await openTools()
  clip = path.join(await makeFolder(), 'clip.avi')
  await writeCalibrationClip(clip)
})

function aDevice(encoder: HardwareEncoder): HardwareDevice {
  const devices: Partial<Record<HardwareEncoder, string>> = {
    h264_nvenc: '0',
    h264_vaapi: '/dev/dri/renderD255',
    h264_qsv: '/dev/dri/renderD255',
  }
  return { encoder, device: devices[encoder] ?? '', isLowPower: false }
}

/** The command of a part that holds the whole clip. */
async function commandOf(hardware: HardwareDevice | null): Promise<readonly string[]> {
  const layout = await readLayout(tools.ffprobe, clip, { signal: untroubled })
  const grid = {
    rate: { numerator: 24, denominator: 1 },
    ...{ frames: 48, segmentFrames: 24, partSegments: 2, leadSeconds: 3 },
  }
  const window = partWindow(grid, 0)
  return partArguments({
    ...{ layout, grid, recipe: 'h264-ts-4', window, renditions: ladder },
    ...{ instructions: null, hardware },
  })
}

/** The options and values that an encoder of this build names as its own; null for an encoder it lacks. */
async function optionsOf(encoder: HardwareEncoder): Promise<ReadonlyMap<string, string> | null> {
  const { stdout } = await run(tools.binaries.ffmpeg, ['-hide_banner', '-h', `encoder=${encoder}`])
  if (!stdout.startsWith('Encoder ')) return null
  const options = new Map<string, string>()
  let last = ''
  for (const line of stdout.split('\n')) {
    const [, option] = /^ {2}-(\S+)/.exec(line) ?? []
    if (option !== undefined) last = option
    options.set(last, `${options.get(last) ?? ''}${line}\n`)
  }
  return options
}

/** Options of the encoding itself, known to every encoder; the rest is an encoder's own. */
const common = new Set(
  'c:v b:v maxrate bufsize g bf force_key_frames color_primaries color_trc colorspace color_range bsf:v'.split(
    ' ',
  ),
)

test.each(HardwareEncoder.options)(
  'every option and value for %s is one that the encoder has, where this build has the encoder',
  async (encoder) => {
    const known = await optionsOf(encoder)
    const [rendition = { ...presets[0] }] = ladder
    const args = hardwareEncoderArguments({ ...aDevice(encoder), isLowPower: true }, rendition, {
      segmentFrames: 96,
      keyFrames: 'expr:not(mod(n,96))',
    })
    expect(args.length % 2).toBe(0)
    for (let index = 0; index < args.length; index += 2) {
      const [option = '', value = ''] = [args[index]?.slice(1), args[index + 1]]
      if (common.has(option) || known === null) continue
      const description = known.get(option.replace(':v', '')) ?? ''
      if (option === 'level:v' && encoder === 'h264_qsv') continue
      const names = [...description.matchAll(/^ {5}(\S+)/gm)].map(([, name]) => name)
      expect(description, `${encoder} has -${option}`).not.toBe('')
      if (!/^-?\d+$/.test(value) && names.length > 0) expect(names).toContain(value)
    }
  },
)

/** What this machine, which has no device, answers to a command that it understands to the last option. */
test.each(HardwareEncoder.options)(
  'the command of a part fails with %s for want of the device, not of an option',
  async (encoder) => {
    const device = aDevice(encoder)
    const failure = await tools.ffmpeg
      .run({ args: await commandOf(device), directory: await makeFolder(), signal: untroubled })
      .catch((error: unknown) => classifyFailure(error, device))
    expect(failure).toHaveProperty(
      'reason',
      expect.stringMatching(/^(driver-missing|no-device|encoder-missing)$/),
    )
  },
)

test('each codec keeps to the cap of its preset, in groups of one segment, in BT.709', () => {
  for (const encoder of cascadeOrder) {
    for (const rendition of ladder) {
      const text = hardwareEncoderArguments(aDevice(encoder), rendition, {
        segmentFrames: 96,
        keyFrames: 'expr:not(mod(n,96))',
      }).join(' ')
      const { kbps, profile, level } = rendition
      expect(text).toContain(`-maxrate ${kbps}k -bufsize ${2 * kbps}k`)
      expect(text).toContain(`-profile:v ${profile} -level:v ${level}`)
      expect(text).toContain('-g 96 -force_key_frames expr:not(mod(n,96))')
      expect(text).toContain('-colorspace bt709 -color_range tv')
      expect(text).not.toMatch(/-(qp|global_quality) /)
    }
  }
})

test('pictures are made by the recipe’s own filters and only then handed to the device', async () => {
  const graphOf = (args: readonly string[]) => args[args.indexOf('-filter_complex') + 1] ?? ''
  const recipe = graphOf(await commandOf(null))
  for (const encoder of cascadeOrder) {
    const graph = graphOf(await commandOf(aDevice(encoder)))
    expect(graph.replace(/,format=nv12(,hwupload(=extra_hw_frames=64)?)?(?=\[out)/g, '')).toBe(
      recipe,
    )
    expect(graph.match(/,format=nv12/g)).toHaveLength(ladder.length)
  }
})

test('each device is opened by its own name', async () => {
  const textOf = async (encoder: HardwareEncoder) => (await commandOf(aDevice(encoder))).join(' ')
  expect(await textOf('h264_vaapi')).toContain('-init_hw_device vaapi=gpu:/dev/dri/renderD255')
  expect(await textOf('h264_qsv')).toContain('-init_hw_device qsv=gpu@node -filter_hw_device gpu')
  expect(await textOf('h264_nvenc')).toContain('-c:v h264_nvenc -gpu 0')
  expect(await commandOf({ encoder: 'h264_qsv', device: '', isLowPower: false })).toContain(
    'qsv=gpu',
  )
})
