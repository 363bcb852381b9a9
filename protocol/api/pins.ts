import { z } from 'zod'
import { Cid, HiveAccount, JobId } from '../ids.ts'
import { defineRoute } from '../route.ts'

/** What a node keeps, and for whom. Bound to 127.0.0.1 and guarded by the token of control. */

const none = z.strictObject({})

/** Everything that is kept under one name. */
export const PinGroup = z.strictObject({
  /** A job's id, `replica:` and a job's id, `cache`, or what else keeps something. */
  owner: z.string(),
  ids: z.int().nonnegative(),
  /** Of all blocks below those ids whose first block is here. */
  bytes: z.int().nonnegative(),
  /** Ids of which not even the first block is here. */
  missing: z.int().nonnegative(),
  /** Milliseconds since 1970 until which a tree is kept for somebody else; absent for what has no such end. */
  until: z.int().nonnegative().optional(),
})
export type PinGroup = z.infer<typeof PinGroup>

/** Providers that sent other bytes than they were asked for. */
const BannedProvider = z.strictObject({
  provider: z.string(),
  cid: z.string(),
  /** Milliseconds since 1970. */
  until: z.int().nonnegative(),
})

export const PinList = z.strictObject({
  groups: z.array(PinGroup),
  banned: z.array(BannedProvider),
})
export type PinList = z.infer<typeof PinList>

/** Blocks looked at, and those that were not there or not sound. */
const Looked = z.strictObject({ looked: z.int().nonnegative(), faulty: z.int().nonnegative() })

/** One finished tree, looked at by random blocks: here, and at each gateway that says it keeps it. */
export const TreeCheck = z.strictObject({
  job: JobId,
  root: Cid,
  own: Looked,
  replicas: z.array(Looked.extend({ gateway: HiveAccount })),
})
export type TreeCheck = z.infer<typeof TreeCheck>

/** What was found of one finished tree, and done about it. */
export const TreeRepair = z.strictObject({
  job: JobId,
  root: Cid,
  state: z.enum(['whole', 'repaired', 'lacking']),
  /** Who keeps it, of as many as its creator wants; null on a node that is not the creator's. */
  replicas: z
    .strictObject({ wanted: z.int().positive(), kept: z.array(HiveAccount).readonly() })
    .nullable(),
})
export type TreeRepair = z.infer<typeof TreeRepair>

export const Collected = z.strictObject({
  removed: z.int().nonnegative(),
  /** Where a kept directory is not whole, what lies below it cannot be told from garbage: nothing is removed then. */
  unknown: z.array(z.string()).readonly(),
})
export type Collected = z.infer<typeof Collected>

export const listPinsRoute = defineRoute({
  method: 'GET',
  path: '/control/pins',
  params: none,
  body: z.undefined(),
  reply: PinList,
})

export const verifyPinsRoute = defineRoute({
  method: 'POST',
  path: '/control/pins/verification',
  params: none,
  body: z.strictObject({ samples: z.int().min(1).max(1_000) }),
  reply: z.strictObject({ trees: z.array(TreeCheck) }),
})

export const repairPinsRoute = defineRoute({
  method: 'POST',
  path: '/control/pins/repair',
  params: none,
  body: none,
  reply: z.strictObject({ trees: z.array(TreeRepair) }),
})

export const collectPinsRoute = defineRoute({
  method: 'POST',
  path: '/control/pins/collection',
  params: none,
  body: none,
  reply: Collected,
})
