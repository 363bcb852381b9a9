import { z } from 'zod'

/** What the chain says of a job; `announced` while only its creator has said it, signed, by gossip. */
export const MarketJobPhase = z.enum([
  'announced',
  'offered',
  'cancelled',
  'awarded',
  'accepted',
  'delivered',
  'settled',
])
