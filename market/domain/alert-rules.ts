/** What operators are told of, by `name`; the same limits as in `node/monitoring/alert-rules.yml`. */
export const alertLimits = {
  'queue-age': { limit: 900, unit: 'seconds', tells: 'The oldest job has waited too long.' },
  'lease-losses': { limit: 10, unit: 'leases', tells: 'Encoders lose many leases in an hour.' },
  'head-lag': { limit: 300, unit: 'seconds', tells: 'The chain is not followed closely.' },
  'failed-payouts': { limit: 0, unit: 'jobs', tells: 'Delivered jobs were not paid in time.' },
  'disk-free': { limit: 5 * 2 ** 30, unit: 'bytes', tells: 'A disk is nearly full.' },
} as const

type AlertName = keyof typeof alertLimits

/** A figure that was just read. */
export type Reading = {
  readonly name: AlertName
  /** What of several is meant, for example a directory. */
  readonly of?: string
  readonly value: number
}

/**
 * `fires` from the limit on, `rests` well inside it; in between an alert stays as it was told, so that a figure that wavers about
 * the limit is not told again and again.
 */
export type AlertState = 'fires' | 'rests' | 'wavers'

/** A figure well inside its limit is this part away from it. */
const margin = 0.2

/** Of disks there may be too little, of all else too much. */
export function stateOf({ name, value }: Reading): AlertState {
  const { limit } = alertLimits[name]
  if (name === 'disk-free') {
    if (value < limit) return 'fires'
    return value >= limit * (1 + margin) ? 'rests' : 'wavers'
  }
  if (value > limit) return 'fires'
  return value <= limit * (1 - margin) ? 'rests' : 'wavers'
}
