import type { HardwareEncoder } from '#protocol/encoder.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { failureKinds } from './failure-reason.ts'
import type { HardwareFailure } from './hardware-failure.ts'

/**
 * How a device stands:
 *
 *   ready -> demoted -> trying -> ready
 *              ^          |
 *              '----------'  (the wait grows with each failure in a row)
 */
export type DeviceStanding = {
  readonly phase: 'ready' | 'demoted' | 'trying'
  /** Failures since the device last did its work. */
  readonly faults: number
  /** Why it was demoted; null while it never was. */
  readonly failure: HardwareFailure | null
  /** When a demoted device may try again, in milliseconds of the clock. */
  readonly until: number
  /** Encoders it may run at once, as far as is known, and since when that is. */
  readonly places: number
  readonly placesSince: number
  /** What it has refused to encode: see {@link workKey}. */
  readonly refused: ReadonlySet<string>
}

/** The first wait, and the longest: a driver that is being updated is back within minutes, a broken fan is not. */
export const backOffMs = { first: 60_000, longest: 3_600_000 } as const

/** For how long a limit that was met is believed: it is the driver's, or that of a program that may have ended. */
export const limitBeliefMs = 600_000

/**
 * Encoders at once that are tried before a device has said anything. NVIDIA's drivers grant consumer GPUs eight since
 * 2024 and fewer before, which shows when the limit is met; for the others two ladders, since beyond that their single
 * engine gains nothing. Not measured by us.
 */
const usualPlaces: Readonly<Record<HardwareEncoder, number>> = {
  h264_nvenc: 8,
  h264_vaapi: 6,
  h264_qsv: 6,
  h264_videotoolbox: 3,
  h264_amf: 3,
}

export function newStanding(encoder: HardwareEncoder, proven: number): DeviceStanding {
  return {
    ...{ phase: 'ready', faults: 0, failure: null, until: 0, placesSince: 0 },
    // A device that proved itself with one rendition only had no room for more.
    places: proven > 1 ? usualPlaces[encoder] : 1,
    refused: new Set(),
  }
}

/** Waits after failures in a row: one minute, two, four, up to an hour. */
export function demote(
  standing: DeviceStanding,
  failure: HardwareFailure,
  now: number,
): DeviceStanding {
  const faults = standing.faults + 1
  const wait = Math.min(backOffMs.longest, backOffMs.first * 2 ** (faults - 1))
  return { ...standing, phase: 'demoted', faults, failure, until: now + wait }
}

/** A failure at work. `own` and `others` are the encoders that ran at the time: the failed ones, and those beside them. */
export function afterFailure(
  standing: DeviceStanding,
  failure: HardwareFailure,
  {
    own,
    others,
    now,
  }: { readonly own: readonly Rendition[]; readonly others: number; readonly now: number },
): DeviceStanding {
  const kind = failureKinds[failure.reason]
  const isOurLimit = failure.reason === 'session-limit' && own.length + others > 1
  if (isOurLimit) {
    const places = Math.max(1, others > 0 ? others : own.length - 1)
    return { ...standing, failure, places: Math.min(standing.places, places), placesSince: now }
  }
  if (kind === 'elsewhere') return standing
  if (kind === 'unfit')
    return { ...standing, failure, refused: new Set([...standing.refused, workKey(own)]) }
  return demote(standing, failure, now)
}

/** Work done, with so many encoders running: the device has as many places at least. */
export function afterSuccess(standing: DeviceStanding, busy: number, now: number): DeviceStanding {
  const isMore = busy > standing.places
  return { ...standing, faults: 0, ...(isMore ? { places: busy, placesSince: now } : {}) }
}

/** One more encoder is tried when a limit has been believed for long enough. */
export function placesAt({ places, placesSince }: DeviceStanding, now: number): number {
  return placesSince > 0 && now - placesSince >= limitBeliefMs ? places + 1 : places
}

/** Renditions as a device sees them. */
export function workKey(renditions: readonly Rendition[]): string {
  return renditions
    .map(({ width, height, profile, level }) => `${width}x${height} ${profile} ${level}`)
    .join(', ')
}
