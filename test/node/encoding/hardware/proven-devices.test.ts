import { readFile, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { DeviceCandidate } from '#node/encoding/hardware/device-candidates.ts'
import type { ProvenOutcome } from '#node/encoding/hardware/proven-devices.ts'
import { createProvenDevices } from '#node/encoding/hardware/proven-devices.ts'
import { aRendition } from '#test/support/clip.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'

const candidate: DeviceCandidate = {
  ...{ encoder: 'h264_vaapi', device: '/dev/dri/renderD128', isLowPower: false },
  ...{ identity: 'chip and driver', mayOpen: true },
}

const outcome: ProvenOutcome = {
  isProven: true,
  device: { encoder: 'h264_vaapi', device: '/dev/dri/renderD128', isLowPower: true },
  renditions: [aRendition()],
}

async function openMemory() {
  const folder = await makeFolder()
  const ffmpeg = path.join(folder, 'ffmpeg')
  const file = path.join(folder, 'hardware.json')
  await writeFile(ffmpeg, 'program')
  const open = (version = '5.1.9') =>
    createProvenDevices({ binaries: { ffmpeg, version } }, { file })
  await open().remember(candidate, outcome)
  return { open, file, ffmpeg }
}

test('what a device has shown is known in the next life, its power mode with it', async () => {
  const { open } = await openMemory()
  expect(await open().recall(candidate)).toEqual(outcome)
})

test('it is forgotten with another device, driver, version or build of FFmpeg', async () => {
  const { open, ffmpeg } = await openMemory()
  expect(await open().recall({ ...candidate, identity: 'another driver' })).toBeNull()
  expect(await open().recall({ ...candidate, device: '/dev/dri/renderD129' })).toBeNull()
  expect(await open('6.0').recall(candidate)).toBeNull()
  await utimes(ffmpeg, 1, 1)
  expect(await open().recall(candidate)).toBeNull()
})

test('a device that may no longer be opened is not taken for proven', async () => {
  const { open } = await openMemory()
  expect(await open().recall({ ...candidate, mayOpen: false })).toBeNull()
})

test('a failure makes one device forgotten and leaves the others', async () => {
  const { open } = await openMemory()
  const other: DeviceCandidate = { ...candidate, encoder: 'h264_qsv' }
  const proven = open()
  await Promise.all([
    proven.remember(other, { ...outcome, device: { ...outcome.device, encoder: 'h264_qsv' } }),
    proven.forget(candidate),
  ])
  expect(await open().recall(candidate)).toBeNull()
  expect(await open().recall(other)).not.toBeNull()
})

test.each(['', '{', '[]', '{"h264_vaapi /dev/dri/renderD128":{"fingerprint":1}}'])(
  'a file that holds %j knows nothing, and is written anew',
  async (text) => {
    const { open, file } = await openMemory()
    await writeFile(file, text)
    expect(await open().recall(candidate)).toBeNull()
    await open().remember(candidate, outcome)
    expect(await open().recall(candidate)).toEqual(outcome)
    expect(JSON.parse(await readFile(file, 'utf8'))).toBeTypeOf('object')
  },
)
