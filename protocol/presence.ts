import { z } from 'zod'
import { ChainTime, HiveAccount } from './ids.ts'

/** An encoder or arbiter says that it is alive, and how much more work it would take. Repeated, never trusted for money. */
export const Presence = z.strictObject({
  v: z.literal(1),
  type: z.literal('presence'),
  account: HiveAccount,
  at: ChainTime,
  /** Jobs it would take besides those it has. */
  freeSlots: z.int().min(0).max(1024),
})
export type Presence = z.infer<typeof Presence>
