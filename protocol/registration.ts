import { z } from 'zod'
import { ArbiterTerms, EncoderProfile } from './encoder.ts'
import { Multiaddr, PeerId } from './ids.ts'

export const NodeRole = z.enum(['creator', 'encoder', 'arbiter', 'gateway', 'relay'])
export type NodeRole = z.infer<typeof NodeRole>

/** Where a node stands, if its operator says so: a country, by its two letters of ISO 3166-1. */
export const Region = z.string().regex(/^[A-Z]{2}$/, 'not the two letters of a country, such as DE')
export type Region = z.infer<typeof Region>

/** `node.register`: binds an account to its peer and says where and as what it can be reached. A later one replaces it. */
export const NodeRegister = z.strictObject({
  v: z.literal(1),
  t: z.literal('node.register'),
  peer: PeerId,
  addresses: z.array(Multiaddr).max(8),
  roles: z.array(NodeRole).min(1).max(5),
  region: Region.optional(),
  encoder: EncoderProfile.optional(),
  arbiter: ArbiterTerms.optional(),
})
export type NodeRegister = z.infer<typeof NodeRegister>

/** What an update may name of an encoder's profile; what it names replaces what was there. */
const EncoderChange = z
  .strictObject(EncoderProfile.shape)
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'an update changes something')

/**
 * `node.update`: changes what it names of the account's registration and leaves the rest. It cannot take anything away, nor
 * change roles, region or peer: that is a registration.
 */
export const NodeUpdate = z
  .strictObject({
    v: z.literal(1),
    t: z.literal('node.update'),
    addresses: z.array(Multiaddr).max(8).optional(),
    encoder: EncoderChange.optional(),
    arbiter: ArbiterTerms.optional(),
  })
  .refine(
    ({ addresses, encoder, arbiter }) => addresses ?? encoder ?? arbiter,
    'an update changes something',
  )
export type NodeUpdate = z.infer<typeof NodeUpdate>

/** `node.retire`: the account no longer runs a node. */
export const NodeRetire = z.strictObject({
  v: z.literal(1),
  t: z.literal('node.retire'),
})
export type NodeRetire = z.infer<typeof NodeRetire>
