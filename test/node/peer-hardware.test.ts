import path from 'node:path'
import { expect, test } from 'vitest'
import type { Job } from '#contracts/job.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import { findCandidates } from '#node/encoding/hardware/device-candidates.ts'
import { createProvenDevices } from '#node/encoding/hardware/proven-devices.ts'
import { createLogger } from '#node/logger.ts'
import { openPeerHardware } from '#node/peer-hardware.ts'
import type { HwAccel } from '#protocol/encoder.ts'
import { presets } from '#protocol/ladder.ts'
import type { NodeRole } from '#protocol/registration.ts'
import { fakeFfmpeg } from '#test/support/fake-ffmpeg.ts'
import { fakeMachine } from '#test/support/fake-machine.ts'
import { makeFolder, untroubled } from '#test/support/ffmpeg.ts'

const engine = { workers: 2 } as EncodingEngine

/** A peer on a machine whose Intel and NVIDIA devices have proved themselves in an earlier life. */
async function open(roles: readonly NodeRole[], hardware: 'auto' | 'off') {
  const { tools } = await fakeFfmpeg([])
  const machine = await fakeMachine({ nvidia: 1, intel: ['renderD128'] })
  const data = await makeFolder()
  const known = createProvenDevices(tools, { file: path.join(data, 'hardware.json') })
  for (const candidate of await findCandidates(machine)) {
    const { identity: _identity, mayOpen: _mayOpen, ...device } = candidate
    const renditions = presets.map((preset) => ({ ...preset }))
    await known.remember(candidate, { isProven: true, device, renditions })
  }
  const encoder = { workers: 2, slots: 1, pricePercent: 100n, firmSeconds: 1, marginSeconds: 1 }
  return await openPeerHardware(
    {
      ...{ engine, tools, clock: { now: () => 0 } },
      logger: createLogger({ level: 'silent', name: 'test' }),
    },
    {
      config: { roles, data, agent: null, encoder: { ...encoder, hardware } },
      ...{ signal: untroubled, search: machine },
    },
  )
}

/** A job whose encoder had registered such hardware when it was awarded. */
const awardedTo = (hwAccel: HwAccel): Job => ({ phase: 'accepted', hwAccel }) as unknown as Job

test('a job is encoded in hardware only where the registry named it before the award', async () => {
  const { hwAccel, engineFor } = await open(['encoder'], 'auto')
  expect(hwAccel).toBe('nvenc')
  expect(engineFor(awardedTo('nvenc'))).not.toBe(engine)
  expect(engineFor(awardedTo('none'))).toBe(engine)
  expect(engineFor(awardedTo('vaapi'))).toBe(engine)
  expect(engineFor(undefined)).toBe(engine)
})

test('without being wanted, or without anything to encode, no hardware is registered or used', async () => {
  for (const { hwAccel, engineFor } of [
    await open(['encoder'], 'off'),
    await open(['creator', 'arbiter'], 'auto'),
  ]) {
    expect(hwAccel).toBe('none')
    expect(engineFor(awardedTo('none'))).toBe(engine)
  }
})
