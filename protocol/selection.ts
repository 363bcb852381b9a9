import { z } from 'zod'

/**
 * Who chooses among the bids of a job. `automatic`: the creator's node awards the best one when bidding ends. `ask`: it proposes
 * the best one, and awards it when its owner has chosen none in time. `manual`: nothing is awarded that the owner has not chosen.
 */
export const SelectionMode = z.enum(['automatic', 'ask', 'manual'])
export type SelectionMode = z.infer<typeof SelectionMode>

/** How bids come: `open`, or `sealed` until all are in, so that nobody can bid a little below another. */
export const Bidding = z.enum(['open', 'sealed'])
export type Bidding = z.infer<typeof Bidding>
