import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { Operation } from '@hiveio/dhive'
import { z } from 'zod'
import { customJson } from '#market/domain/hive-operations.ts'
import { devchainKey } from '#node/devchain/keys.ts'
import { parseHbd } from '#protocol/amount.ts'
import { acceptRoute, bidsRoute, settleRoute } from '#protocol/api/community.ts'
import { submitJobRoute } from '#protocol/api/jobs.ts'
import { prepareOfferRoute } from '#protocol/api/posting.ts'
import { challengeRoute, signInRoute } from '#protocol/api/sessions.ts'
import { uploadStatusRoute, uploadsPath } from '#protocol/api/uploads.ts'
import type { Client } from '#protocol/client.ts'
import { createClient } from '#protocol/client.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import { Signature } from '#protocol/envelope.ts'
import { partCount } from '#protocol/grid.ts'
import type { Cid } from '#protocol/ids.ts'
import { HiveAccount, JobId, Sha256Hex, UploadId } from '#protocol/ids.ts'
import { parseOperation } from '#protocol/operation.ts'
import type { HiveOperation } from '#protocol/transaction.ts'
import type { DashboardScene } from './dashboard-scene.ts'
import { devchainClient } from './devchain.ts'
import { signedText } from './indexer.ts'

/** An account without a node that does by calls what its pages would do, for specs that are about what comes after. */
export type Newcomer = {
  readonly call: Client
  /** Uploads a video, and waits until it is content. */
  upload(file: string): Promise<Cid>
  /** Posts a job and puts its offer on the chain. */
  offer(source: Cid): Promise<{ readonly job: EncodingJobId; readonly marketJob: JobId }>
  /** Offers each part of a video of several parts as a range of its own. */
  offerParts(source: Cid): Promise<{ readonly whole: JobId; readonly jobs: readonly JobId[] }>
  /** Takes an offer back that was not awarded. */
  withdraw(job: JobId): Promise<void>
  /** Awards it to whoever bids first. Returns the encoder. */
  award(job: JobId): Promise<HiveAccount>
}

const CustomJson = z.object({ id: z.string(), json: z.string() })

/** Signs in as an account of the development chain. */
export async function aNewcomer(
  { url, rpc }: Pick<DashboardScene, 'url' | 'rpc'>,
  name = 'newcomer',
): Promise<Newcomer> {
  const account = HiveAccount.parse(name)
  const { nonce, text } = await createClient({ url })(challengeRoute, { body: { account } })
  const signature = Signature.parse(signedText(text, name))
  const { token } = await createClient({ url })(signInRoute, {
    body: { account, nonce, signature },
  })
  const authorization = `Bearer ${token}`
  const call = createClient({ url, headers: () => ({ authorization }) })
  const broadcast = async (
    operations: readonly HiveOperation[],
    role: 'posting' | 'active',
  ): Promise<void> => {
    const signed = operations as readonly unknown[] as Operation[]
    await devchainClient(rpc).broadcast.sendOperations(signed, devchainKey(name, role))
  }
  const prepareOffer = async (inputCid: Cid) => {
    const { job } = await call(submitJobRoute, {
      body: {
        ...{ permlink: `clip-${randomBytes(4).toString('hex')}`, inputCid },
        ...{ tiers: ['community'], budget: parseHbd('0.200 HBD') },
      },
    })
    const saltHash = Sha256Hex.parse(createHash('sha256').update(randomBytes(32)).digest('hex'))
    const prepared = await call(prepareOfferRoute, {
      // The chain of a scene runs faster than the clock, and its encoders promise by the clock.
      body: { job: job.id, saltHash, workSeconds: 21_600 },
    })
    return { job: job.id, prepared }
  }
  return {
    call,
    upload: async (file) => await uploaded(`${url}${uploadsPath}`, { file, authorization, call }),
    offer: async (source) => {
      const { job, prepared } = await prepareOffer(source)
      await broadcast(prepared.operations, prepared.role)
      return { job, marketJob: prepared.job }
    },
    offerParts: async (source) => {
      const { prepared } = await prepareOffer(source)
      const { id, json } = CustomJson.parse(prepared.operations[0]?.[1])
      const parsed = parseOperation(json)
      if (!parsed.ok || parsed.operation.t !== 'job.offer') throw new Error('no offer')
      const { grid, ...offer } = parsed.operation
      const newId = (): JobId => JobId.parse(`${name}:${randomBytes(8).toString('hex')}`)
      const whole = newId()
      const jobs = Array.from({ length: partCount(grid) }, newId)
      const ranges = jobs.map((job, first) =>
        customJson(id, account, {
          ...{ ...offer, job, whole, grid: { ...grid, range: { first, parts: 1 } } },
        }),
      )
      await broadcast(ranges, 'posting')
      return { whole, jobs }
    },
    withdraw: async (job) => {
      const { operations, role } = await call(settleRoute, { body: { job, act: 'withdraw' } })
      await broadcast(operations, role)
    },
    award: async (job) => {
      for (;;) {
        const { bids } = await call(bidsRoute, { params: { job } })
        const [bid] = bids
        if (bid) {
          const { encoder } = bid
          const { operations, role } = await call(acceptRoute, { body: { job, encoder } })
          await broadcast(operations, role)
          return encoder
        }
        await pause(100)
      }
    },
  }
}

async function uploaded(
  address: string,
  how: { readonly file: string; readonly authorization: string; readonly call: Client },
): Promise<Cid> {
  const { file, authorization, call } = how
  const bytes = await readFile(file)
  const tus = { authorization, 'tus-resumable': '1.0.0' }
  const begun = await fetch(address, {
    method: 'POST',
    headers: { ...tus, 'upload-length': String(bytes.length) },
  })
  const place = begun.headers.get('location') ?? ''
  const id = UploadId.parse(place.slice(place.lastIndexOf('/') + 1))
  await fetch(`${address}/${id}`, {
    method: 'PATCH',
    headers: {
      ...{ ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
    },
    body: bytes,
  })
  for (;;) {
    const status = await call(uploadStatusRoute, { params: { id } })
    if (status.phase === 'ready') return status.cid
    if (status.phase === 'refused') throw new Error(status.message)
    await pause(50)
  }
}
