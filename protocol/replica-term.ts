import type { ChainTime } from './ids.ts'

/** How long a gateway keeps a delivered tree for its creator, by chain time. */
export const replicaDays = 180

/**
 * When a gateway may let go of a tree that was delivered then, in seconds since 1970 of chain time. Both sides know it of the chain, so
 * that nobody has to be asked or believed.
 */
export function replicaUntil(delivered: ChainTime): number {
  return delivered + replicaDays * 86_400
}
