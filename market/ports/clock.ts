/** Wall time in milliseconds, for durations and logs; what is promised to others is counted in chain time. */
export interface Clock {
  now(): number
}
