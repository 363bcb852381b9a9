import type { Job } from '#contracts/job.ts'
import type { Clock } from '#market/ports/clock.ts'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { HwAccel } from '#protocol/encoder.ts'
import type { FfmpegTools } from './encoding/ffmpeg-tools.ts'
import type { CandidateSearch } from './encoding/hardware/device-candidates.ts'
import { openHardwareEngine, thisMachine } from './encoding/hardware/hardware-engine.ts'
import { describeChange, describeReport } from './encoding/hardware/hardware-survey.ts'
import type { Logger } from './logger.ts'
import type { PeerConfig } from './peer-config.ts'

export type PeerHardware = {
  /** What the registry is to say: the one interface that this peer encodes by, or `none`. */
  readonly hwAccel: HwAccel
  /** For the account's own jobs, which nobody else checks: hardware where there is any. */
  readonly ownEngine: EncodingEngine
  /**
   * Encodes a job: in hardware only where the registry named it before the award, since segments that claim any other
   * are held to bytes that hardware cannot make.
   */
  engineFor(job: Job | undefined): EncodingEngine
}

export type PeerHardwareDeps = {
  readonly engine: EncodingEngine
  readonly tools: FfmpegTools
  readonly clock: Clock
  readonly logger: Logger
}

export type PeerHardwareOptions = {
  readonly config: Pick<PeerConfig, 'roles' | 'data' | 'encoder' | 'agent'>
  readonly signal: AbortSignal
  readonly search?: CandidateSearch
}

/** Surveys the hardware of an encoder or a desktop agent that wants it; every other peer has none. */
export async function openPeerHardware(
  { engine, tools, clock, logger }: PeerHardwareDeps,
  { config, signal, search = thisMachine }: PeerHardwareOptions,
): Promise<PeerHardware> {
  const encodes = config.roles.includes('encoder') || config.agent !== null
  if (!encodes || config.encoder.hardware === 'off')
    return { hwAccel: 'none', ownEngine: engine, engineFor: () => engine }
  const hardware = await openHardwareEngine(
    { engine, tools, clock },
    {
      ...{ directory: config.data, signal, search, keepsToBest: true },
      onChange: (report, standing) =>
        logger.warn('device changed', { device: describeChange(report, standing) }),
    },
  )
  const { hwAccel, reports } = hardware
  for (const report of reports) logger.info('device', { device: describeReport(report) })
  const isNamed = (job: Job | undefined): boolean =>
    job !== undefined && 'hwAccel' in job && job.hwAccel === hwAccel
  return {
    hwAccel,
    ownEngine: hwAccel === 'none' ? engine : hardware.engine,
    engineFor: (job) => (hwAccel !== 'none' && isNamed(job) ? hardware.engine : engine),
  }
}
