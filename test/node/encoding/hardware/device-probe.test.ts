import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { openRecipe } from '#node/encoding/engine.ts'
import { findCandidates } from '#node/encoding/hardware/device-candidates.ts'
import type { ProbeOutcome } from '#node/encoding/hardware/device-probe.ts'
import { describeReport, probeOnce } from '#node/encoding/hardware/hardware-survey.ts'
import type { FakeCall, FakeRule } from '#test/support/fake-ffmpeg.ts'
import { fakeFfmpeg } from '#test/support/fake-ffmpeg.ts'
import { fakeMachine } from '#test/support/fake-machine.ts'
import { untroubled } from '#test/support/ffmpeg.ts'

type Act = FakeRule['act']

/** The first candidate of a machine with one GPU, probed with an FFmpeg that does as the rules say. */
async function probe(
  encoder: 'h264_nvenc' | 'h264_vaapi',
  rules: readonly Omit<FakeRule, 'encoder'>[],
  stallMs = 60_000,
): Promise<{ outcome: ProbeOutcome; calls: readonly FakeCall[]; line: string }> {
  const fake = await fakeFfmpeg(rules.map((rule) => ({ ...rule, encoder })))
  const gpus = encoder === 'h264_nvenc' ? { nvidia: 1 } : { amd: ['renderD128'] }
  const [candidate] = await findCandidates(await fakeMachine(gpus))
  if (!candidate) throw new Error('the machine has a GPU')
  const { encoder: part } = await openRecipe(fake.tools, untroubled)
  const outcome = await probeOnce(part, candidate, { signal: untroubled, stallMs })
  return { outcome, calls: await fake.calls(), line: describeReport({ candidate, outcome }) }
}

function fails(...log: readonly string[]): { readonly act: Act } {
  return { act: { type: 'fail', log, code: 1 } }
}

function provenNames(outcome: ProbeOutcome): readonly string[] {
  return outcome.isProven ? outcome.renditions.map(({ name }) => name) : []
}

test.each([
  ['driver-missing', fails('[h264_nvenc @ 0x1] Cannot load libcuda.so.1')],
  [
    'driver-too-old',
    fails('Driver does not support the required nvenc API version. Required: 12.1'),
  ],
  ['encoder-missing', fails("Unknown encoder 'h264_nvenc'")],
  ['no-permission', fails('Failed to open /dev/nvidia0: Permission denied')],
  ['device-lost', { act: { type: 'break', log: ['EncodePicture failed!: generic'], code: 1 } }],
  ['crashed', { act: { type: 'crash', signal: 'SIGSEGV' } }],
] as const)('a device that fails by %s is refused for it after one run', async (reason, rule) => {
  const { outcome, calls, line } = await probe('h264_nvenc', [rule])
  expect(outcome).toMatchObject({ isProven: false, failure: { reason } })
  expect(calls).toHaveLength(1)
  expect(line).toContain(`h264_nvenc 0: ${reason} (`)
})

test('a device that hangs is ended and refused, and nothing of the probe is left', async () => {
  const { outcome, calls } = await probe('h264_vaapi', [{ act: { type: 'hang' } }], 1_500)
  expect(outcome).toMatchObject({ isProven: false, failure: { reason: 'stalled' } })
  const [call] = calls
  const folder = call?.directory.split('/').find((name) => name.startsWith('spk-encoder-probe-'))
  expect(folder).toBeDefined()
  expect(await readdir(tmpdir())).not.toContain(folder)
})

test.each(['cap', 'groups', 'profile'] as const)(
  'a device that encodes and does not keep to the %s is refused',
  async (what) => {
    const { outcome } = await probe('h264_vaapi', [{ act: { type: 'disobey', what } }])
    expect(outcome).toMatchObject({ isProven: false, failure: { reason: 'output-wrong' } })
  },
)

test('a device is asked for the whole ladder at its sizes, in one process', async () => {
  const { outcome, calls, line } = await probe('h264_vaapi', [])
  expect(provenNames(outcome)).toEqual(['1080p', '720p', '480p'])
  expect(calls).toHaveLength(1)
  const graph = calls[0]?.args.join(' ') ?? ''
  for (const size of ['1920:1080', '1280:720', '854:480']) expect(graph).toContain(`scale=${size}:`)
  expect(line).toBe('h264_vaapi /dev/dri/renderD128: encodes 1080p, 720p, 480p')
})

test('a chip that encodes by its fixed functions alone is asked for that', async () => {
  const entrypoint = 'No usable encoding entrypoint found for profile VAProfileH264High (7).'
  const { outcome } = await probe('h264_vaapi', [{ option: '!-low_power', ...fails(entrypoint) }])
  expect(outcome).toMatchObject({ isProven: true, device: { isLowPower: true } })
})

test('a device that cannot encode the largest size is asked for the others', async () => {
  const size = 'Hardware does not support encoding at size 1920x1080 (constraints: …).'
  const rule = { option: '1080p_%05d.ts', ...fails(size) }
  expect(provenNames((await probe('h264_vaapi', [rule])).outcome)).toEqual(['720p', '480p'])
})

test('a driver that grants one session proves itself with one rendition', async () => {
  const rule = { act: { type: 'sessions', limit: 1 } } as const
  expect(provenNames((await probe('h264_nvenc', [rule])).outcome)).toEqual(['1080p'])
})

test('a device that may not be opened is refused with the group to join, and nothing is run', async () => {
  const fake = await fakeFfmpeg([])
  const machine = await fakeMachine({})
  await machine.lock('dev/dri/renderD128')
  const [candidate] = await findCandidates(machine)
  if (!candidate) throw new Error('the node is seen')
  const { encoder: part } = await openRecipe(fake.tools, untroubled)
  const outcome = await probeOnce(part, candidate, { signal: untroubled })
  expect(outcome).toMatchObject({ isProven: false, failure: { reason: 'no-permission' } })
  expect(describeReport({ candidate, outcome })).toContain('usermod -aG render')
  expect(await fake.calls()).toEqual([])
})
