import path from 'node:path'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import { findCandidates } from '#node/encoding/hardware/device-candidates.ts'
import type { HardwareEngine } from '#node/encoding/hardware/hardware-engine.ts'
import { openHardwareEngine } from '#node/encoding/hardware/hardware-engine.ts'
import { createProvenDevices } from '#node/encoding/hardware/proven-devices.ts'
import type { HardwareEncoder } from '#protocol/encoder.ts'
import { presets } from '#protocol/ladder.ts'
import type { FakeFfmpeg, FakeRule } from './fake-ffmpeg.ts'
import { fakeFfmpeg } from './fake-ffmpeg.ts'
import type { FakeMachine } from './fake-machine.ts'
import { fakeMachine } from './fake-machine.ts'
import { makeFolder, untroubled } from './ffmpeg.ts'

export type HardwareBench = HardwareEngine & {
  readonly fake: FakeFfmpeg
  readonly machine: FakeMachine
  readonly changes: string[]
  readonly clock: { time: number }
  /** Starts again on the same machine with what is kept on its disk. */
  readonly restart: () => Promise<HardwareEngine>
}

export type BenchOptions = {
  readonly stallMs?: number
  /** Encoders that have proved themselves in an earlier life. */
  readonly proven?: readonly HardwareEncoder[]
}

/** A machine with GPUs whose encoders do as the rules say, beside the recipe's own engine. */
export async function openHardwareBench(
  plain: EncodingEngine,
  gpus: Parameters<typeof fakeMachine>[0],
  rules: readonly FakeRule[],
  { proven = [], ...patience }: BenchOptions = {},
): Promise<HardwareBench> {
  const fake = await fakeFfmpeg(rules, patience)
  const machine = await fakeMachine(gpus)
  const { tools } = fake
  const clock = { time: 0 }
  const changes: string[] = []
  const directory = await makeFolder()
  const known = createProvenDevices(tools, { file: path.join(directory, 'hardware.json') })
  for (const candidate of await findCandidates(machine)) {
    const { identity: _identity, mayOpen: _mayOpen, ...device } = candidate
    const renditions = presets.map((preset) => ({ ...preset }))
    if (proven.includes(device.encoder))
      await known.remember(candidate, { isProven: true, device, renditions })
  }
  const restart = (): Promise<HardwareEngine> =>
    openHardwareEngine(
      { engine: plain, tools, clock: { now: () => clock.time } },
      {
        ...{ directory, signal: untroubled, search: machine, ...patience },
        onChange: ({ candidate }, { phase, failure }) =>
          changes.push(`${candidate.encoder} ${phase} ${failure?.reason}`),
      },
    )
  return { ...(await restart()), fake, machine, changes, clock, restart }
}
