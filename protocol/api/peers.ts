import { z } from 'zod'
import { HiveAccount, PeerId } from '../ids.ts'
import { NodeRole } from '../registration.ts'
import { defineRoute } from '../route.ts'

/** A peer that a node is connected to now. */
export const PeerView = z.strictObject({
  peer: PeerId,
  /** The account that the registry names for it; null where it names none. */
  account: HiveAccount.nullable(),
  roles: z.array(NodeRole),
  /** `relayed` where all that is said goes through a relay, which carries no videos. */
  way: z.enum(['direct', 'relayed']),
  address: z.string(),
  /** Who dialled: `outbound` where this node did. */
  direction: z.enum(['inbound', 'outbound']),
  /** Milliseconds to the peer and back; null before it was measured. */
  latencyMs: z.number().nonnegative().nullable(),
  /** What gossip thinks of it: below zero it has sent what was refused. */
  score: z.number(),
  /** The market's topics that it listens to. */
  topics: z.array(z.string()),
  /** Of all streams since it was connected. */
  bytesIn: z.int().nonnegative(),
  bytesOut: z.int().nonnegative(),
  /** When it was connected, in milliseconds since 1970. */
  since: z.int().nonnegative(),
})
export type PeerView = z.infer<typeof PeerView>

export const peersRoute = defineRoute({
  method: 'GET',
  path: '/control/peers',
  params: z.strictObject({}),
  body: z.undefined(),
  reply: z.strictObject({ peers: z.array(PeerView) }),
})
