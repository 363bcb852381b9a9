import { release } from 'node:os'
import path from 'node:path'
import type { Clock } from '#market/ports/clock.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { HwAccel } from '#protocol/encoder.ts'
import { openRecipe } from '../engine.ts'
import type { FfmpegTools } from '../ffmpeg-tools.ts'
import { createCascadeEncoder } from './cascade-encoder.ts'
import type { CandidateSearch } from './device-candidates.ts'
import type { DeviceStanding } from './device-standing.ts'
import type { HardwareCascade } from './hardware-cascade.ts'
import { createHardwareCascade } from './hardware-cascade.ts'
import { hwAccelOf } from './hardware-device.ts'
import type { DeviceReport } from './hardware-survey.ts'
import { probeOnce, surveyHardware } from './hardware-survey.ts'
import { createProvenDevices } from './proven-devices.ts'

export type HardwareEngine = {
  /** Encodes cells in hardware where there is any. Not for checking others' work: that takes the recipe's own encoder. */
  readonly engine: EncodingEngine
  /** Every device that was looked at, with what it can do or what keeps it from it. */
  readonly reports: readonly DeviceReport[]
  /** The best of what has proved itself. */
  readonly hwAccel: HwAccel
  readonly standings: HardwareCascade['standings']
}

export type HardwareOptions = {
  /** Keeps what devices have shown; the engine's own. */
  readonly directory: string
  readonly signal: AbortSignal
  readonly search?: CandidateSearch
  readonly stallMs?: number
  /** Leaves out what encodes by another interface than the best: a peer may use only the one that it registers. */
  readonly keepsToBest?: boolean
  /** Told once for each demotion, return, or limit of a device. */
  readonly onChange?: (report: DeviceReport, standing: DeviceStanding) => void
}

/** This machine, as devices are looked for. */
export const thisMachine: CandidateSearch = {
  platform: process.platform,
  kernel: release(),
  root: process.platform === 'win32' ? 'C:\\' : '/',
}

/** Surveys the machine's hardware and puts what has proved itself before the engine's own encoder. */
export async function openHardwareEngine(
  {
    engine,
    tools,
    clock,
  }: { readonly engine: EncodingEngine; readonly tools: FfmpegTools; readonly clock: Clock },
  {
    directory,
    signal,
    search = thisMachine,
    stallMs,
    keepsToBest = false,
    onChange,
  }: HardwareOptions,
): Promise<HardwareEngine> {
  const { encoder } = await openRecipe(tools, signal)
  const proven = createProvenDevices(tools, { file: path.join(directory, 'hardware.json') })
  const patience = stallMs === undefined ? {} : { stallMs }
  const reports = await surveyHardware({ encoder, proven }, { search, signal, ...patience })
  const hwAccel = bestOf(reports)
  const used = reports.filter(
    ({ candidate }) => !keepsToBest || hwAccelOf(candidate.encoder) === hwAccel,
  )
  const cascade = createHardwareCascade(
    {
      clock,
      probe: async ({ candidate }, lifetime) => {
        const outcome = await probeOnce(encoder, candidate, { signal: lifetime, ...patience })
        if (outcome.isProven) await proven.remember(candidate, outcome)
        return outcome
      },
      onChange: async (report, standing) => {
        if (standing.phase === 'demoted') await proven.forget(report.candidate)
        onChange?.(report, standing)
      },
    },
    used,
  )
  return {
    engine: { ...engine, encodeCell: createCascadeEncoder({ encoder, cascade }) },
    reports,
    hwAccel,
    standings: cascade.standings,
  }
}

function bestOf(reports: readonly DeviceReport[]): HwAccel {
  const best = reports.find(({ outcome }) => outcome.isProven)
  return best ? hwAccelOf(best.candidate.encoder) : 'none'
}
