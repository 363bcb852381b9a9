import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { EncodeRequest } from '#market/ports/encoding-engine.ts'
import type { FrameGrid } from '#protocol/grid.ts'
import type { Ladder, Rendition } from '#protocol/ladder.ts'
import { presets } from '#protocol/ladder.ts'
import { joinedCid } from '../file-cid.ts'
import type { PartEncoder } from '../part-encoder.ts'
import type { DeviceCandidate } from './device-candidates.ts'
import { failureKinds } from './failure-reason.ts'
import type { HardwareDevice } from './hardware-device.ts'
import type { HardwareFailure } from './hardware-failure.ts'
import { classifyFailure, describeFailure } from './hardware-failure.ts'
import { probeClipFormat } from './probe-clip.ts'

/** What a device has shown that it can do, or why it cannot. */
export type ProbeOutcome =
  | {
      readonly isProven: true
      readonly device: HardwareDevice
      /** The renditions it encoded in one process, the largest first. */
      readonly renditions: readonly Rendition[]
    }
  | { readonly isProven: false; readonly failure: HardwareFailure }

export type ProbeTools = {
  readonly encoder: PartEncoder
  /** The clip of {@link writeProbeClip}. */
  readonly clip: string
  /** An empty directory; the caller removes it. */
  readonly directory: string
  readonly signal: AbortSignal
  /** Milliseconds without a frame after which a device counts as hanging. */
  readonly stallMs: number
}

const ladder: Ladder = presets.map((preset) => ({ ...preset }))

const grid: FrameGrid = {
  rate: { numerator: probeClipFormat.framesPerSecond, denominator: 1 },
  frames: probeClipFormat.frames,
  segmentFrames: probeClipFormat.frames / 2,
  partSegments: 2,
  leadSeconds: 3,
}

/**
 * Has a device encode the ladder as a job would: by the production command, at production sizes, all renditions in one
 * process, into segments that are held to the same rules. A device that cannot do all of it is asked for less: for the
 * smaller renditions, or for one at a time. Rejects only with the signal's reason.
 */
export async function probeDevice(
  tools: ProbeTools,
  candidate: DeviceCandidate,
): Promise<ProbeOutcome> {
  const { mayOpen, identity: _identity, ...device } = candidate
  if (!mayOpen) {
    const evidence = `This user may not open ${device.device}.`
    return { isProven: false, failure: describeFailure('no-permission', evidence, device) }
  }
  const outcome = await tryLadders(tools, device)
  const isLowPowerOnly = !outcome.isProven && outcome.failure.reason === 'low-power-only'
  return isLowPowerOnly ? await tryLadders(tools, { ...device, isLowPower: true }) : outcome
}

async function tryLadders(tools: ProbeTools, device: HardwareDevice): Promise<ProbeOutcome> {
  const whole = await tryLadder(tools, device, ladder)
  if (whole.isProven) return whole
  const kind = failureKinds[whole.failure.reason]
  if (kind !== 'unfit' && kind !== 'load') return whole
  for (const less of kind === 'load' ? [ladder.slice(0, 1)] : [ladder.slice(1), ladder.slice(2)]) {
    const outcome = await tryLadder(tools, device, less)
    if (outcome.isProven) return outcome
  }
  return whole
}

async function tryLadder(
  { encoder, clip, directory, signal, stallMs }: ProbeTools,
  device: HardwareDevice,
  renditions: readonly Rendition[],
): Promise<ProbeOutcome> {
  const attempt = path.join(
    directory,
    `${device.isLowPower ? 'low-power' : 'usual'}-${renditions.map(({ name }) => name).join('-')}`,
  )
  await mkdir(attempt)
  try {
    const request = await requestFor(clip, renditions)
    const options = { directory: attempt, signal, stallMs, hardware: device }
    await encoder.encodeCell(request, { part: 0, renditions }, options)
    return { isProven: true, device, renditions }
  } catch (error) {
    signal.throwIfAborted()
    return { isProven: false, failure: classifyFailure(error, device) }
  }
}

async function requestFor(clip: string, renditions: readonly Rendition[]): Promise<EncodeRequest> {
  const { width, height } = probeClipFormat
  const source = {
    cid: await joinedCid([clip]),
    ...{ bytes: 1, width, height, codec: 'rawvideo', videoStream: 0, audioStream: 1 },
  }
  return { source: clip, terms: { source, grid, recipe: 'h264-ts-4', ladder: [...renditions] } }
}
