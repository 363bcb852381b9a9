/**
 * What is to be done about a failure:
 * `setup` will not pass by itself, `load` passes when others are done, `fault` may come again, `unfit` concerns these
 * renditions alone, and `elsewhere` is not the device's doing: software would fail the same way.
 */
export const failureKinds = {
  'encoder-missing': 'setup',
  'option-unknown': 'setup',
  'filter-missing': 'setup',
  'formats-inconvertible': 'setup',
  'driver-missing': 'setup',
  'driver-too-old': 'setup',
  'no-permission': 'setup',
  'no-device': 'setup',
  'session-limit': 'load',
  'device-busy': 'load',
  'unsupported-size-or-profile': 'unfit',
  'low-power-only': 'setup',
  'device-lost': 'fault',
  'output-wrong': 'fault',
  stalled: 'fault',
  crashed: 'fault',
  unknown: 'fault',
  'disk-full': 'elsewhere',
} as const

/** Why hardware did not encode. {@link failureKinds} says what follows from each. */
export type FailureReason = keyof typeof failureKinds
