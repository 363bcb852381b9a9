import { expect, test } from 'vitest'
import type { CandidateSearch } from '#node/encoding/hardware/device-candidates.ts'
import { findCandidates } from '#node/encoding/hardware/device-candidates.ts'
import { deviceName } from '#node/encoding/hardware/hardware-device.ts'
import { fakeMachine } from '#test/support/fake-machine.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'

async function namesOf(search: CandidateSearch): Promise<readonly string[]> {
  return (await findCandidates(search)).map(deviceName)
}

test('each GPU and each render node is a candidate of its own, in the order of the cascade', async () => {
  const machine = await fakeMachine({
    nvidia: 2,
    intel: ['renderD129'],
    amd: ['renderD128', 'renderD1000'],
  })
  await machine.put('dev/nvidiactl', '')
  await machine.put('dev/dri/card0', '')
  expect(await namesOf(machine)).toEqual([
    'h264_nvenc 0',
    'h264_nvenc 1',
    'h264_vaapi /dev/dri/renderD128',
    'h264_vaapi /dev/dri/renderD129',
    'h264_vaapi /dev/dri/renderD1000',
    'h264_qsv /dev/dri/renderD129',
  ])
})

test('a machine without devices has no candidates, whatever its FFmpeg was built with', async () => {
  expect(await namesOf(await fakeMachine({}))).toEqual([])
})

test('NVIDIA’s render node is not tried by VAAPI', async () => {
  const machine = await fakeMachine({})
  await machine.put('dev/dri/renderD128', '')
  await machine.put('sys/class/drm/renderD128/device/vendor', '0x10de\n')
  expect(await namesOf(machine)).toEqual([])
})

test('under Windows’ Linux a GPU shows by its driver’s library', async () => {
  const machine = await fakeMachine({})
  await machine.put('dev/dxg', '')
  expect(await namesOf(machine)).toEqual([])
  await machine.put('usr/lib/wsl/lib/libnvidia-encode.so.1', 'library')
  expect(await namesOf(machine)).toEqual(['h264_nvenc 0'])
})

test('a node that this user may not open is known as such', async () => {
  const machine = await fakeMachine({})
  await machine.lock('dev/dri/renderD128')
  await machine.put('sys/class/drm/renderD128/device/vendor', '0x1002\n')
  expect(await findCandidates(machine)).toMatchObject([{ encoder: 'h264_vaapi', mayOpen: false }])
})

test('Macs have VideoToolbox, and Windows what its drivers have installed', async () => {
  const root = await makeFolder()
  expect(await namesOf({ platform: 'darwin', kernel: '24.1.0', root })).toEqual([
    'h264_videotoolbox',
  ])
  const windows = await fakeMachine({})
  await windows.put('Windows/System32/amfrt64.dll', 'library')
  expect(await namesOf({ ...windows, platform: 'win32' })).toEqual(['h264_qsv', 'h264_amf'])
  await windows.put('Windows/System32/nvEncodeAPI64.dll', 'library')
  expect(await namesOf({ ...windows, platform: 'win32' })).toEqual([
    'h264_nvenc 0',
    'h264_qsv',
    'h264_amf',
  ])
})

test.each([
  ['the chip', 'sys/class/drm/renderD128/device/uevent'],
  ['the driver of VA-API', 'usr/lib/x86_64-linux-gnu/dri/iHD_drv_video.so'],
])('a render node is another when %s is', async (_, file) => {
  const machine = await fakeMachine({ intel: ['renderD128'] })
  const [before] = await findCandidates(machine)
  await machine.put(file, 'another')
  const [after] = await findCandidates(machine)
  expect(after?.identity).not.toBe(before?.identity)
  const [unchanged] = await findCandidates(machine)
  expect(unchanged?.identity).toBe(after?.identity)
})

test('an NVIDIA GPU is another when the driver, any card or the kernel is', async () => {
  const machine = await fakeMachine({ nvidia: 1 })
  const identity = async (search: CandidateSearch) => (await findCandidates(search))[0]?.identity
  const seen = [await identity(machine), await identity({ ...machine, kernel: '6.2.0' })]
  await machine.put('proc/driver/nvidia/version', 'NVRM version: 560.1')
  seen.push(await identity(machine))
  await machine.put('proc/driver/nvidia/gpus/0000:09:00.0/information', 'Model: T4')
  seen.push(await identity(machine))
  expect(new Set(seen).size).toBe(4)
})
