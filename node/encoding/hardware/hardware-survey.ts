import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { PartEncoder } from '../part-encoder.ts'
import type { CandidateSearch, DeviceCandidate } from './device-candidates.ts'
import { findCandidates } from './device-candidates.ts'
import type { ProbeOutcome } from './device-probe.ts'
import { probeDevice } from './device-probe.ts'
import type { DeviceStanding } from './device-standing.ts'
import { deviceName } from './hardware-device.ts'
import { writeProbeClip } from './probe-clip.ts'
import type { ProvenDevices } from './proven-devices.ts'

/** A candidate, and how it did. */
export type DeviceReport = {
  readonly candidate: DeviceCandidate
  readonly outcome: ProbeOutcome
}

export type SurveyDeps = {
  readonly encoder: PartEncoder
  readonly proven: ProvenDevices
}

export type SurveyOptions = {
  readonly search: CandidateSearch
  readonly signal: AbortSignal
  /** See {@link ProbeTools}. */
  readonly stallMs?: number
}

/** Sixteen frames: a driver that has loaded encodes them in a second. */
const defaultStallMs = 30_000

/**
 * Looks at every device of this machine, one after the other, so that none is judged by another's load. What has proved
 * itself is known from then on; what has failed is asked anew each time, since what a person mends (a group, a driver's
 * package) shows in no identity. Without candidates it costs nothing. This project's own figures for it are lacking: no
 * machine with a GPU has run it yet.
 */
export async function surveyHardware(
  { encoder, proven }: SurveyDeps,
  { search, signal, stallMs = defaultStallMs }: SurveyOptions,
): Promise<readonly DeviceReport[]> {
  const reports: DeviceReport[] = []
  for (const candidate of await findCandidates(search)) {
    const known = await proven.recall(candidate)
    const outcome = known ?? (await probeOnce(encoder, candidate, { signal, stallMs }))
    if (outcome.isProven && !known) await proven.remember(candidate, outcome)
    reports.push({ candidate, outcome })
  }
  return reports
}

/** One probe with a clip and a folder of its own, both gone afterwards. */
export async function probeOnce(
  encoder: PartEncoder,
  candidate: DeviceCandidate,
  { signal, stallMs = defaultStallMs }: { readonly signal: AbortSignal; readonly stallMs?: number },
): Promise<ProbeOutcome> {
  const directory = await mkdtemp(path.join(tmpdir(), 'spk-encoder-probe-'))
  try {
    const clip = path.join(directory, 'clip.avi')
    if (candidate.mayOpen) await writeProbeClip(clip)
    return await probeDevice({ encoder, clip, directory, signal, stallMs }, candidate)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** One line on a device for a person: what it is, what it can do, or what to do about it. */
export function describeReport({ candidate, outcome }: DeviceReport): string {
  const name = deviceName(candidate)
  if (outcome.isProven) {
    const sizes = outcome.renditions.map((rendition) => rendition.name).join(', ')
    return `${name}: encodes ${sizes}`
  }
  const { reason, evidence, fix } = outcome.failure
  return `${name}: ${reason} (${evidence}) ${fix}`
}

/** One line on a change of a device's standing. */
export function describeChange(
  { candidate }: DeviceReport,
  { phase, failure, places }: DeviceStanding,
): string {
  const name = deviceName(candidate)
  if (phase !== 'demoted') return `${name}: encodes up to ${places} renditions at once`
  return `${name}: left out for now, ${failure?.reason} (${failure?.evidence})`
}
