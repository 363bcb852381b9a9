import { expect, test } from 'vitest'
import type { ProbeOutcome } from '#node/encoding/hardware/device-probe.ts'
import { backOffMs, limitBeliefMs } from '#node/encoding/hardware/device-standing.ts'
import type { FailureReason } from '#node/encoding/hardware/failure-reason.ts'
import type { DeviceLease } from '#node/encoding/hardware/hardware-cascade.ts'
import { createHardwareCascade } from '#node/encoding/hardware/hardware-cascade.ts'
import { deviceName } from '#node/encoding/hardware/hardware-device.ts'
import { describeFailure } from '#node/encoding/hardware/hardware-failure.ts'
import type { DeviceReport } from '#node/encoding/hardware/hardware-survey.ts'
import type { HardwareEncoder } from '#protocol/encoder.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { aRendition } from '#test/support/clip.ts'
import { untroubled } from '#test/support/ffmpeg.ts'

const ladder: readonly Rendition[] = [
  aRendition({ name: '1080p', width: 1920, height: 1080, profile: 'high', level: '4.1' }),
  aRendition({ name: '720p', width: 1280, height: 720, profile: 'high', level: '4.0' }),
  aRendition({ name: '480p', width: 854, height: 480 }),
]

const nothing: ReadonlySet<string> = new Set()

function aReport(encoder: HardwareEncoder, renditions = ladder): DeviceReport {
  const device = { encoder, device: '0', isLowPower: false }
  return {
    candidate: { ...device, identity: '', mayOpen: true },
    outcome: { isProven: true, device, renditions },
  }
}

function failing(reason: FailureReason, encoder: HardwareEncoder = 'h264_nvenc') {
  return describeFailure(reason, 'evidence', { encoder, device: '0', isLowPower: false })
}

function openCascade(reports: readonly DeviceReport[]) {
  const clock = { time: 1_000 }
  const changes: string[] = []
  const probes: string[] = []
  /** What the next probes say, in turn; after them every device passes. */
  const answers: (FailureReason | 'passes' | Promise<'passes'>)[] = []
  const cascade = createHardwareCascade(
    {
      clock: { now: () => clock.time },
      probe: async ({ candidate, outcome }, signal): Promise<ProbeOutcome> => {
        probes.push(candidate.encoder)
        const answer = await (answers.shift() ?? 'passes')
        signal.throwIfAborted()
        return answer === 'passes' ? outcome : { isProven: false, failure: failing(answer) }
      },
      onChange: async ({ candidate }, { phase }) => {
        changes.push(`${candidate.encoder} ${phase}`)
      },
    },
    reports,
  )
  const take = (renditions = ladder, tried = nothing) => cascade.take(renditions, tried, untroubled)
  return { cascade, clock, changes, probes, answers, take }
}

function encoderOf(lease: DeviceLease | null): string {
  return lease?.device.encoder ?? 'libx264'
}

test('devices are taken in their order, and software when all were tried', async () => {
  const { take } = openCascade([aReport('h264_nvenc'), aReport('h264_vaapi'), aReport('h264_qsv')])
  const tried = new Set<string>()
  const order: string[] = []
  for (;;) {
    const lease = await take(ladder, tried)
    order.push(encoderOf(lease))
    if (!lease) break
    tried.add(deviceName(lease.device))
    lease.cancel()
  }
  expect(order).toEqual(['h264_nvenc', 'h264_vaapi', 'h264_qsv', 'libx264'])
})

test('a device that was refused at the start is never taken', async () => {
  const refused: DeviceReport = {
    ...aReport('h264_nvenc'),
    outcome: { isProven: false, failure: failing('driver-missing') },
  }
  const { take } = openCascade([refused, aReport('h264_qsv')])
  expect(encoderOf(await take())).toBe('h264_qsv')
})

test('a full device is passed by, and taken again when it has room', async () => {
  const { take } = openCascade([aReport('h264_nvenc'), aReport('h264_vaapi')])
  const leases = [await take(), await take()]
  expect(leases.map(encoderOf)).toEqual(['h264_nvenc', 'h264_nvenc'])
  expect(encoderOf(await take())).toBe('h264_vaapi')
  leases[0]?.succeed()
  leases[0]?.succeed()
  expect(encoderOf(await take())).toBe('h264_nvenc')
  expect(encoderOf(await take(ladder.slice(0, 2)))).toBe('h264_nvenc')
  expect(encoderOf(await take(ladder.slice(0, 1)))).toBe('h264_vaapi')
})

test('a limit that is met holds for a while, and costs no standing', async () => {
  const { take, clock, cascade } = openCascade([aReport('h264_nvenc')])
  const first = await take()
  const second = await take(ladder.slice(0, 2))
  await second?.fail(failing('session-limit'))
  expect(cascade.standings()).toMatchObject([{ phase: 'ready', faults: 0, places: 3 }])
  expect(encoderOf(await take(ladder.slice(0, 1)))).toBe('libx264')
  clock.time += limitBeliefMs
  const third = await take(ladder.slice(0, 1))
  expect(encoderOf(third)).toBe('h264_nvenc')
  await third?.fail(failing('session-limit'))
  expect(cascade.standings()).toMatchObject([{ places: 3 }])
  first?.succeed()
  expect(encoderOf(await take())).toBe('h264_nvenc')
})

test('a limit that has risen is found, one encoder at a time', async () => {
  const { take, clock, cascade } = openCascade([aReport('h264_nvenc')])
  const first = await take()
  await (await take(ladder.slice(0, 1)))?.fail(failing('session-limit'))
  clock.time += limitBeliefMs
  const second = await take(ladder.slice(0, 1))
  second?.succeed()
  expect(cascade.standings()).toMatchObject([{ places: 4 }])
  first?.succeed()
  expect(cascade.standings()).toMatchObject([{ places: 4 }])
})

test('a device with fewer places than a cell has renditions takes the largest of them', async () => {
  const { take } = openCascade([aReport('h264_nvenc')])
  const whole = await take()
  await whole?.fail(failing('session-limit'))
  const share = await take()
  expect(share?.renditions.map(({ name }) => name)).toEqual(['1080p', '720p'])
})

test('sessions that others use are waited for', async () => {
  const { take, cascade } = openCascade([aReport('h264_nvenc', ladder.slice(0, 1))])
  const lease = await take(ladder.slice(0, 1))
  await lease?.fail(failing('session-limit'))
  expect(cascade.standings()).toMatchObject([{ phase: 'demoted', faults: 1 }])
})

test('what one failure does to several cells is told once and waits once', async () => {
  const { take, cascade, changes, clock } = openCascade([aReport('h264_nvenc')])
  const leases = [await take(), await take()]
  await Promise.all(leases.map((lease) => lease?.fail(failing('device-lost'))))
  expect(changes).toEqual(['h264_nvenc demoted'])
  expect(cascade.standings()).toMatchObject([{ faults: 1, until: clock.time + backOffMs.first }])
})

test('the wait doubles with each failure in a row, up to an hour, and success ends the row', async () => {
  const { take, cascade, clock, answers } = openCascade([aReport('h264_nvenc')])
  await (await take())?.fail(failing('crashed'))
  const waits: number[] = []
  for (let round = 0; round < 9; round += 1) {
    const [standing] = cascade.standings()
    waits.push((standing?.until ?? 0) - clock.time)
    clock.time = standing?.until ?? 0
    if (round % 2 === 0) {
      answers.push('device-lost')
      expect(await take()).toBeNull()
    } else await (await take())?.fail(failing('crashed'))
  }
  const minutes = waits.map((wait) => wait / 60_000)
  expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
  clock.time += backOffMs.longest
  const lease = await take()
  lease?.succeed()
  expect(cascade.standings()).toMatchObject([{ phase: 'ready', faults: 0 }])
})

test('while a device proves itself anew the others pass it by, and it is asked once', async () => {
  const { take, clock, answers, probes } = openCascade([aReport('h264_nvenc')])
  await (await take())?.fail(failing('device-lost'))
  clock.time += backOffMs.first
  const { promise, resolve } = Promise.withResolvers<'passes'>()
  answers.push(promise)
  const first = take()
  expect(await take()).toBeNull()
  resolve('passes')
  expect(encoderOf(await first)).toBe('h264_nvenc')
  expect(probes).toEqual(['h264_nvenc'])
})

test('an abort while a device proves itself leaves it as it was', async () => {
  const { cascade, take, clock } = openCascade([aReport('h264_nvenc')])
  await (await take())?.fail(failing('device-lost'))
  clock.time += backOffMs.first
  const gone = AbortSignal.abort(new Error('enough'))
  await expect(cascade.take(ladder, nothing, gone)).rejects.toThrow('enough')
  expect(encoderOf(await take())).toBe('h264_nvenc')
})

test('what a device cannot encode is not asked of it again, and all else is', async () => {
  const { take, cascade } = openCascade([aReport('h264_nvenc')])
  await (await take())?.fail(failing('unsupported-size-or-profile'))
  expect(await take()).toBeNull()
  expect(encoderOf(await take(ladder.slice(1)))).toBe('h264_nvenc')
  expect(cascade.standings()).toMatchObject([{ phase: 'ready', faults: 0 }])
})

test('a failure that software shares is taken back', async () => {
  const { take, cascade } = openCascade([aReport('h264_nvenc')])
  const lease = await take()
  await lease?.fail(failing('unknown'))
  expect(await take()).toBeNull()
  if (lease) cascade.absolve(lease.device)
  expect(encoderOf(await take())).toBe('h264_nvenc')
  expect(cascade.standings()).toMatchObject([{ faults: 0 }])
})
