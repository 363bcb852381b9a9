import { interrupted } from '../lifetime.ts'

/** What `spk-encoder verify` ends with: a tree that was not checked is not one that is not what it says. */
export const verifyExit = { pass: 0, fail: 1, error: 2, interrupted } as const
