import type { Clock } from '#market/ports/clock.ts'
import type { Rendition } from '#protocol/ladder.ts'
import type { ProbeOutcome } from './device-probe.ts'
import type { DeviceStanding } from './device-standing.ts'
import {
  afterFailure,
  afterSuccess,
  demote,
  newStanding,
  placesAt,
  workKey,
} from './device-standing.ts'
import type { HardwareDevice } from './hardware-device.ts'
import { deviceName } from './hardware-device.ts'
import type { HardwareFailure } from './hardware-failure.ts'
import type { DeviceReport } from './hardware-survey.ts'

/** Places on a device for some renditions of a cell. Ends with exactly one of its methods. */
export type DeviceLease = {
  readonly device: HardwareDevice
  /** What of the cell the device has room for; the largest renditions first. */
  readonly renditions: readonly Rendition[]
  succeed(): void
  /** Takes note of a failure, after the process is gone. */
  fail(failure: HardwareFailure): Promise<void>
  /** The work was given up for a reason of the caller's. */
  cancel(): void
}

/** The devices of a machine in the order in which they are tried; behind the last one stands libx264. */
export type HardwareCascade = {
  /**
   * A place on the best device that has room and was not tried for this work; null when it is software's turn. A device
   * whose wait is over proves itself anew first, on the production command, while others pass it by.
   */
  take(
    renditions: readonly Rendition[],
    tried: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<DeviceLease | null>
  /** Takes back what a failure has cost a device, when software failed at the same work. */
  absolve(device: HardwareDevice): void
  standings(): readonly (DeviceStanding & { readonly device: HardwareDevice })[]
}

export type CascadeDeps = {
  readonly clock: Clock
  /** Has a device prove itself again. Rejects only with the signal's reason. */
  readonly probe: (report: DeviceReport, signal: AbortSignal) => Promise<ProbeOutcome>
  /** Called once for every change of a device's standing, whatever number of cells saw it. */
  readonly onChange: (report: DeviceReport, standing: DeviceStanding) => Promise<void>
}

type Seat = {
  report: DeviceReport
  device: HardwareDevice
  standing: DeviceStanding
  /** Encoders that run on it. */
  busy: number
}

export function createHardwareCascade(
  deps: CascadeDeps,
  reports: readonly DeviceReport[],
): HardwareCascade {
  const seats = reports.flatMap(seatOf)
  return {
    take: async (renditions, tried, signal) => {
      for (const seat of seats) {
        if (tried.has(deviceName(seat.device))) continue
        if (!(await isReady(deps, seat, signal))) continue
        const share = shareOf(seat, renditions, deps.clock.now())
        if (share.length > 0) return lease(deps, seat, share)
      }
      return null
    },
    absolve: (device) => {
      const seat = seats.find((known) => deviceName(known.device) === deviceName(device))
      if (seat?.standing.phase !== 'demoted') return
      const faults = Math.max(0, seat.standing.faults - 1)
      seat.standing = { ...seat.standing, phase: 'ready', faults, failure: null }
    },
    standings: () => seats.map(({ device, standing }) => ({ ...standing, device })),
  }
}

function seatOf(report: DeviceReport): readonly Seat[] {
  const { outcome } = report
  if (!outcome.isProven) return []
  const { device, renditions } = outcome
  return [{ report, device, standing: newStanding(device.encoder, renditions.length), busy: 0 }]
}

/** All of a cell while the device has room for it; a part of it only where the device can never hold it at once. */
function shareOf(
  { standing, busy }: Seat,
  renditions: readonly Rendition[],
  now: number,
): readonly Rendition[] {
  const places = placesAt(standing, now)
  const share = renditions.slice(0, places)
  const isFree = busy + share.length <= places
  return isFree && !standing.refused.has(workKey(share)) ? share : []
}

async function isReady(deps: CascadeDeps, seat: Seat, signal: AbortSignal): Promise<boolean> {
  const { standing } = seat
  if (standing.phase === 'ready') return true
  if (standing.phase === 'trying' || deps.clock.now() < standing.until) return false
  seat.standing = { ...standing, phase: 'trying' }
  try {
    const outcome = await deps.probe(seat.report, signal)
    if (outcome.isProven) {
      seat.device = outcome.device
      seat.standing = { ...standing, phase: 'ready' }
    } else seat.standing = demote(standing, outcome.failure, deps.clock.now())
  } catch (error) {
    seat.standing = standing
    throw error
  }
  await deps.onChange(seat.report, seat.standing)
  return seat.standing.phase === 'ready'
}

function lease(deps: CascadeDeps, seat: Seat, renditions: readonly Rendition[]): DeviceLease {
  seat.busy += renditions.length
  let isOpen = true
  const leave = (): void => {
    if (isOpen) seat.busy -= renditions.length
    isOpen = false
  }
  return {
    device: seat.device,
    renditions,
    cancel: leave,
    succeed: () => {
      const { standing, busy } = seat
      if (isOpen && standing.phase === 'ready')
        seat.standing = afterSuccess(standing, busy, deps.clock.now())
      leave()
    },
    fail: async (failure) => {
      leave()
      // What one broken device does to several cells is one failure, and waits once.
      if (seat.standing.phase !== 'ready') return
      const now = deps.clock.now()
      const before = seat.standing
      seat.standing = afterFailure(before, failure, { own: renditions, others: seat.busy, now })
      if (seat.standing !== before) await deps.onChange(seat.report, seat.standing)
    },
  }
}
