import { expect, test } from 'vitest'
import { MarketError } from '#market/errors.ts'
import { failureKinds } from '#node/encoding/hardware/failure-reason.ts'
import { classifyFailure } from '#node/encoding/hardware/hardware-failure.ts'
import type { HardwareEncoder } from '#protocol/encoder.ts'

const node = '/dev/dri/renderD128'

function aDevice(encoder: HardwareEncoder = 'h264_nvenc') {
  const device = encoder === 'h264_vaapi' || encoder === 'h264_qsv' ? node : '0'
  return { encoder, device, isLowPower: false }
}

function aFailure(log: readonly string[], meta: Readonly<Record<string, string | number>> = {}) {
  return new MarketError('ffmpeg-failed', `FFmpeg stopped with code 1: ${log.at(-1)}`, {
    log: log.join('\n'),
    exitCode: 1,
    ...meta,
  })
}

const consequence =
  'Error initializing output stream 0:0 -- Error while opening encoder for output stream #0:0 - maybe incorrect parameters such as bit_rate, rate, width or height'

/** Logs as FFmpeg and its drivers write them, the cause somewhere above what follows from it. */
test.each([
  ['driver-missing', ['[h264_nvenc @ 0x1] Cannot load libcuda.so.1', consequence]],
  ['driver-missing', ['[h264_nvenc @ 0x1] Cannot load libnvidia-encode.so.1', consequence]],
  [
    'driver-missing',
    ['[h264_qsv @ 0x1] Error initializing an internal MFX session: unsupported (-3)', consequence],
  ],
  [
    'driver-missing',
    [
      '[AVHWDeviceContext @ 0x1] Failed to initialise VAAPI connection: -1 (unknown libva error).',
      'Device creation failed: -5.',
      "Failed to set value 'vaapi=gpu:/dev/dri/renderD128' for option 'init_hw_device': Input/output error",
    ],
  ],
  ['driver-missing', ['DLL amfrt64.dll failed to open']],
  [
    'driver-too-old',
    [
      '[h264_nvenc @ 0x1] Driver does not support the required nvenc API version. Required: 12.1 Found: 11.0',
      '[h264_nvenc @ 0x1] The minimum required Nvidia driver for nvenc is 530.41.03 or newer',
      consequence,
    ],
  ],
  [
    'no-permission',
    [
      '[AVHWDeviceContext @ 0x1] Cannot open DRM render node /dev/dri/renderD128: Permission denied',
      'Device creation failed: -13.',
    ],
  ],
  [
    'no-device',
    [
      '[AVHWDeviceContext @ 0x1] No VA display found for device /dev/dri/renderD128.',
      'Device creation failed: -22.',
      'Error parsing global options: Invalid argument',
    ],
  ],
  ['no-device', ['[h264_nvenc @ 0x1] No capable devices found', consequence]],
  ['no-device', ['[h264_nvenc @ 0x1] cuInit(0) failed -> CUDA_ERROR_NO_DEVICE', consequence]],
  [
    'session-limit',
    [
      '[h264_nvenc @ 0x1] OpenEncodeSessionEx failed: out of memory (10): (no details)',
      '[h264_nvenc @ 0x1] No capable devices found',
      consequence,
    ],
  ],
  [
    'session-limit',
    ['[h264_nvenc @ 0x1] OpenEncodeSessionEx failed: incompatible client key (21): (no details)'],
  ],
  ['device-busy', ['[AVHWDeviceContext @ 0x1] cu->cuCtxCreate failed -> CUDA_ERROR_OUT_OF_MEMORY']],
  ['device-busy', ['/dev/dri/renderD128: Device or resource busy']],
  ['encoder-missing', ["Unknown encoder 'h264_amf'"]],
  [
    'option-unknown',
    [
      `[h264_nvenc @ 0x1] [Eval @ 0x2] Undefined constant or missing '(' in 'p5'`,
      '[h264_nvenc @ 0x1] Unable to parse option value "p5"',
      '[h264_nvenc @ 0x1] Error setting option preset to value p5.',
      consequence,
    ],
  ],
  [
    'option-unknown',
    ["Unrecognized option 'tune'.", 'Error splitting the argument list: Option not found'],
  ],
  ['filter-missing', ["[AVFilterGraph @ 0x1] No such filter: 'hwupload'"]],
  ['filter-missing', ['Unknown bitstream filter setts']],
  [
    'formats-inconvertible',
    [
      "Impossible to convert between the formats supported by the filter 'Parsed_format_1' and the filter 'auto_scale_0'",
      'Error reinitializing filters!',
      'Failed to inject frame into filter network: Function not implemented',
    ],
  ],
  [
    'unsupported-size-or-profile',
    [
      '[h264_vaapi @ 0x1] Hardware does not support encoding at size 1920x1080 (constraints: width 32-1280 height 32-720).',
      consequence,
    ],
  ],
  [
    'unsupported-size-or-profile',
    ['[h264_nvenc @ 0x1] InitializeEncoder failed: invalid param (8): Invalid Level.', consequence],
  ],
  [
    'low-power-only',
    ['[h264_vaapi @ 0x1] No usable encoding entrypoint found for profile VAProfileH264High (7).'],
  ],
  [
    'device-lost',
    ['[h264_vaapi @ 0x1] Failed to end picture encode issue: 24 (internal encoding error).'],
  ],
  ['device-lost', ['[h264_nvenc @ 0x1] EncodePicture failed!: unknown error (20): (no details)']],
  ['disk-full', ['av_interleaved_write_frame(): No space left on device', 'Conversion failed!']],
  ['unknown', ['Something nobody has seen before']],
] as const)('%s is read from %j', (reason, log) => {
  const failure = classifyFailure(aFailure(log), aDevice())
  expect(failure.reason).toBe(reason)
  if (reason !== 'unknown') expect(log).toContain(failure.evidence)
  expect(failure.fix.length).toBeGreaterThan(30)
})

test.each([
  ['no-permission', { exitCode: 243 }],
  ['device-busy', { exitCode: 240 }],
  ['no-device', { exitCode: 237 }],
  ['disk-full', { exitCode: 228 }],
  ['device-lost', { exitCode: 251 }],
  ['crashed', { exitCode: 139 }],
  ['crashed', { exitCode: 3_221_225_477 }],
  ['unknown', { exitCode: 1 }],
] as const)('%s is read from %j where the log says nothing', (reason, meta) => {
  expect(classifyFailure(aFailure(['…'], meta), aDevice()).reason).toBe(reason)
})

test('a process that a signal has ended has crashed, unless it was ended for standing still', () => {
  const crash = new MarketError('ffmpeg-failed', 'FFmpeg was ended by SIGSEGV: …', {
    log: '…',
    exitSignal: 'SIGSEGV',
  })
  expect(classifyFailure(crash, aDevice()).reason).toBe('crashed')
  const stall = new MarketError('ffmpeg-failed', 'FFmpeg was ended by SIGKILL: …', {
    log: 'No frame and no sound for 30 seconds.',
    exitSignal: 'SIGKILL',
  })
  expect(classifyFailure(stall, aDevice()).reason).toBe('stalled')
})

test('a run that ended well and left the wrong files is a wrong output', () => {
  const failure = new MarketError('ffmpeg-failed', 'FFmpeg wrote 3 frames where 8 belong.', {})
  expect(classifyFailure(failure, aDevice())).toMatchObject({
    reason: 'output-wrong',
    evidence: 'FFmpeg wrote 3 frames where 8 belong.',
  })
})

test('what to do names the device, the group and the package it is about', () => {
  const denied = classifyFailure(aFailure([`${node}: Permission denied`]), aDevice('h264_vaapi'))
  expect(denied.fix).toContain('usermod -aG render')
  expect(denied.fix).toContain(node)
  const noDriver = classifyFailure(aFailure(['Cannot load libcuda.so.1']), aDevice())
  expect(noDriver.fix).toContain('libnvidia-encode')
})

test('every reason has its consequence', () => {
  expect(new Set(Object.values(failureKinds))).toEqual(
    new Set(['setup', 'load', 'fault', 'unfit', 'elsewhere']),
  )
})
