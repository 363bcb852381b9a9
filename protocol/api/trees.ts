import { z } from 'zod'
import { EncodingJobId } from '../encoding-job.ts'
import { Cid } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { EncoderId } from './encoders.ts'
import { noBody, none, wholeNumber } from './paging.ts'

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

/** Bytes of one archive of blocks, at most. */
export const archiveLimitBytes = 16 * 1024 * 1024

export const bringBlocksRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/agent/blocks',
  summary: 'Bring blocks of a tree, in a CAR; renews the lease.',
  params: none,
  query: z.strictObject({ ...lease, fencingToken: wholeNumber(1) }),
  body: z.instanceof(Uint8Array),
  bodyBytes: archiveLimitBytes,
  bodyType: 'application/vnd.ipld.car',
  reply: noBody,
  answers: [{ status: 204, description: 'They are kept.' }],
})

export const keepTreeRoute = defineRoute({
  method: 'POST',
  path: '/api/encoding/agent/tree',
  summary: 'Keep a tree for the job: refused unless all of it is here.',
  params: none,
  body: z.strictObject({ ...lease, root: Cid }),
  reply: none,
})
