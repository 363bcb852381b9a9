import { z } from 'zod'
import { EncodingJobId } from '../encoding-job.ts'
import { Cid } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { EncoderId } from './encoders.ts'
import { none } from './paging.ts'

/** How an encoder brings the tree of a job that it holds to an indexer, whose gateway serves it from then on. */

const lease = {
  jobId: EncodingJobId,
  encoderId: EncoderId,
  fencingToken: z.int().min(1),
}

/** Ids that one question may be about. */
export const lackingLimit = 1_000

export const lackingRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/agent/blocks/lacking',
  summary: 'Ask which blocks of a tree are not here yet; renews the lease.',
  params: none,
  body: z.strictObject({ ...lease, blocks: z.array(Cid).max(lackingLimit) }),
  reply: z.strictObject({ lacking: z.array(Cid).readonly() }),
})

/** `POST` with a CAR as its body and the lease as its query brings blocks; renews the lease. */
export const blocksPath = '/api/encoding/agent/blocks'

/** Bytes of one such archive, at most. */
export const archiveLimitBytes = 16 * 1024 * 1024

export const BlocksQuery = z.strictObject({
  ...lease,
  fencingToken: z.coerce.number().int().min(1),
})

export const keepTreeRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/agent/tree',
  summary: 'Keep a tree for the job: refused unless all of it is here.',
  params: none,
  body: z.strictObject({ ...lease, root: Cid }),
  reply: none,
})
