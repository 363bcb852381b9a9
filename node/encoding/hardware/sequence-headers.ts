import type { Rendition } from '#protocol/ladder.ts'
import type { NalUnit } from './nal-units.ts'

export const sequenceParameterSet = 7

/** `profile_idc` of H.264, and the constraint flags that libx264 sets with it. */
const profiles = {
  main: { id: 77, constraints: 0x40 },
  high: { id: 100, constraints: 0 },
} as const

/**
 * Lets a stream header say profile and level as libx264 says them, so that a rendition has one name in the master
 * playlist whatever made its segments. Only what is true is written: constraint flags are promises that may be dropped,
 * and a level may be raised. Returns what is wrong with another profile, or a level above the rendition's.
 */
export function alignSequenceHeader(
  bytes: Uint8Array,
  { places: [, profileAt = 0, constraintsAt = 0, levelAt = 0] }: NalUnit,
  { profile, level }: Pick<Rendition, 'profile' | 'level'>,
): string | null {
  const { id, constraints } = profiles[profile]
  const levelId = Math.round(10 * Number(level))
  if (bytes[profileAt] !== id) return `profile ${bytes[profileAt]} is not ${profile}`
  if ((bytes[levelAt] ?? 0) > levelId) return `level ${bytes[levelAt]} is above ${level}`
  bytes[constraintsAt] = constraints
  bytes[levelAt] = levelId
  return null
}
