import type { Libp2p } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { isRelayed } from './peer-address.ts'

/** Milliseconds for which a place at a relay that was lost is still told: most are had again at once, and each change is a transaction. */
const usualGraceMs = 60_000

/**
 * What the registry is to say of where this peer is found, the direct ways first. A relay that is gone for longer is told no more, and one
 * that takes its place is told at once.
 */
export function createAnnouncedAddresses(
  { libp2p, now }: { readonly libp2p: Pick<Libp2p, 'getMultiaddrs'>; readonly now: () => number },
  { graceMs = usualGraceMs }: { readonly graceMs?: number } = {},
): () => Multiaddr[] {
  let held: { readonly at: number; readonly addresses: readonly Multiaddr[] } | null = null
  return () => {
    const all = libp2p.getMultiaddrs()
    const relayed = all.filter(isRelayed)
    if (relayed.length > 0) held = { at: now(), addresses: relayed }
    else if (held && held.at + graceMs < now()) held = null
    return [...all.filter((address) => !isRelayed(address)), ...(held?.addresses ?? [])]
  }
}
