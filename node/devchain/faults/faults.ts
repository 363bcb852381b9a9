import { z } from 'zod'

const mostReversible = 10_000

/** How a failing call answers: a JSON-RPC error, an HTTP status, or a web page where JSON was expected. */
const Failure = z.union([z.enum(['rpc', 'html']), z.literal([429, 500, 503])])
export type Failure = z.infer<typeof Failure>

/** Either the next calls fail, or a share of all calls that a seed picks. */
const Errors = z.union([
  z.strictObject({ as: Failure, next: z.int().min(1) }),
  z.strictObject({ as: Failure, rate: z.number().min(0).max(1), seed: z.int().min(0) }),
])
export type Errors = z.infer<typeof Errors>

export const Fork = z.strictObject({
  depth: z.int().min(1).max(mostReversible),
  drop_transactions: z.boolean().default(false),
})

/** What goes wrong from now on. Every call of `set_faults` replaces all of it; `{}` is a node in good health. */
export const Faults = z.strictObject({
  /** Limits `delay_ms`, `errors` and `swallow_answers` to these: `condenser_api.get_block` or `condenser_api.*`. */
  methods: z.array(z.string().regex(/^\w+\.(\w+|\*)$/, 'not like api.method or api.*')).optional(),
  delay_ms: z.int().min(0).max(600_000).optional(),
  errors: Errors.optional(),
  /** So many broadcasts are carried out, but the connection ends without an answer. */
  swallow_answers: z.int().min(1).optional(),
  refuse_broadcasts: z.boolean().optional(),
  /** So many of the newest blocks stay reversible. */
  irreversibility_lag: z.int().min(0).max(mostReversible).optional(),
  /** Answers leave virtual operations out, as those of a node that never recorded them. */
  drop_virtual_operations: z.boolean().optional(),
})
export type Faults = z.infer<typeof Faults>

/** Faults, and a fork that happens once, before they begin. */
export const FaultsRequest = Faults.extend({ fork: Fork.optional() })
