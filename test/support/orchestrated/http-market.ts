import { z } from 'zod'
import { createMarketJobStore } from '#market/adapters/postgres/market-job-store.ts'
import { marketJobOf } from '#market/domain/market-job-of.ts'
import { createFollowMarketJobs } from '#market/services/follow-market-jobs.ts'
import { createOrchestrateJobs } from '#market/services/orchestrate-jobs.ts'
import { createPrepareAward } from '#market/services/prepare-award.ts'
import { bidRoute } from '#protocol/api/community.ts'
import type { JobAward } from '#protocol/award.ts'
import type { EncoderKind } from '#protocol/encoding-job.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { parseChainTime } from '#protocol/ids.ts'
import type { LedgerAction } from '#protocol/ledger-block.ts'
import { parseOperation } from '#protocol/operation.ts'
import { TierReason } from '#protocol/tier-reason.ts'
import {
  aBid,
  aDelivery,
  alice,
  anOffer,
  aRegistration,
  bob,
  carol,
  encoderProfile,
  hbd,
  sha256,
  time,
} from '../builders.ts'
import { aCid } from '../encoding-jobs.ts'
import { startTestIndexer } from '../indexer-server.ts'
import { aProjectionStore, applyAll } from '../projected-market.ts'
import {
  approves,
  createTestChain,
  funds,
  releases,
  says,
  startTime,
  testNetwork,
  virtually,
} from '../test-chain.ts'
import { letTimePass } from './postgres-queue.ts'

const never = time(2 ** 31)

const View = z.object({
  phase: z.string(),
  tier: z.string(),
  paid: z.string().nullable(),
  assignedEncoderId: z.string().nullable(),
  lastError: z.string().nullable(),
  result: z.object({ qualities: z.array(z.string()) }).nullable(),
  plan: z.array(z.object({ tier: z.string(), state: z.string(), text: z.string().nullable() })),
})
const Leased = z.object({
  jobId: EncodingJobId,
  encoderId: z.string(),
  fencingToken: z.number(),
})

/**
 * An indexer that everybody speaks HTTP with, and a chain that it reads: alice owns the jobs, bob encodes for money, carol
 * arbitrates. Rounds of the orchestrator and the passing of time are the test's.
 */
export async function openHttpMarket() {
  const indexer = await startTestIndexer()
  const { ask, query, scheduler, plans, encoders, settings, chain, live, opened } = indexer
  const failures: unknown[] = []
  const onFailure = (error: unknown) => void failures.push(error)
  const prepareAward = createPrepareAward({
    ...{ chain, live, sha256, operationId: testNetwork.operationId, ratificationSeconds: 3_600 },
  })
  const orchestrate = createOrchestrateJobs({
    ...{ scheduler, plans, encoders, settings, chain, live, prepareAward, sha256, onFailure },
  })
  const follow = createFollowMarketJobs({ store: createMarketJobStore(opened), onFailure })
  const testChain = createTestChain()
  const projection = aProjectionStore(opened)
  let applied = 0
  let ledger = testChain.ledger()
  const project = async (): Promise<void> => {
    ledger = await applyAll(projection, testChain.blocks().slice(applied), [5], ledger)
    applied = testChain.blocks().length
    await follow()
  }
  const block = async (...transactions: readonly (readonly LedgerAction[])[]): Promise<void> => {
    testChain.block(...transactions)
    await project()
  }
  await block(
    [says(bob, aRegistration({ roles: ['encoder'], encoder: encoderProfile }))],
    [says(carol, aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(1n) } }))],
  )
  const call = async (caller: HiveAccount, method: string, path: string, body?: unknown) => {
    const answer = await ask(method, `/api/encoding/${path}`, { caller, body })
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`)
    return answer.json
  }
  const post = (path: string, body: unknown, caller = alice) => call(caller, 'POST', path, body)

  /** A desktop or a tab of alice's, over HTTP. */
  const anEncoder = async (id: string, kind: EncoderKind) => {
    await post('encoders/register', { id, kind })
    return {
      beat: (jobsInProgress = 0) => post('encoders/heartbeat', { encoderId: id, jobsInProgress }),
      claim: async () => {
        const { job } = z
          .object({ job: Leased.nullable() })
          .parse(await post('agent/claim', { encoderId: id }))
        if (!job) return null
        const { jobId, encoderId, fencingToken } = job
        const lease = { jobId, encoderId, fencingToken }
        return {
          job: jobId,
          progress: (progress: number) =>
            ask('POST', '/api/encoding/agent/progress', {
              ...{ caller: alice, body: { ...lease, stage: 'encoding', progress } },
            }),
          complete: () =>
            kind === 'browser'
              ? post('browser/complete', { ...lease, processingTimeSec: 9 })
              : post('agent/complete', {
                  ...{ ...lease, outputCid: aCid, manifestPath: 'manifest.json' },
                  ...{ qualities: ['720p', '480p'], processingTimeSec: 9, outputSizeBytes: 1_000 },
                }),
        }
      },
    }
  }

  /** What the creator's side of the market does about a job of alice's, and what bob does. */
  const onChain = (job: EncodingJobId) => {
    const id = marketJobOf(alice, job)
    const source = { ...anOffer().source, cid: aCid }
    const bidsUntil = time(startTime + 60)
    const offer = anOffer({ job: id, source, bidsUntil, deliverBy: never, ceiling: hbd(100n) })
    const events = async () => await scheduler.eventsAfter(job, 0, 500)
    return {
      offer: () => block([says(alice, offer)]),
      bid: async (milli: bigint): Promise<void> => {
        const promised = { readyBy: never, expires: time(2 ** 31 - 1) }
        const bid = aBid({ job: id, encoder: bob, price: hbd(milli), ...promised })
        const sealed = { body: bid, author: bob, signature: '20'.repeat(65) } as never
        await post('community/bid', z.encode(bidRoute.body, sealed), bob)
      },
      /** Lets alice's wallet sign what she was asked for last. Returns the award as she signed it. */
      sign: async (): Promise<JobAward> => {
        const asked = (await events())
          .map(({ fields }) => TierReason.safeParse(fields['reason']).data)
          .findLast((reason) => reason?.type === 'signature-wanted')
        if (asked?.type !== 'signature-wanted') throw new Error('nothing was asked for')
        const [escrow, json] = asked.operations
        const parsed = parseOperation(String(json?.[1]['json']))
        if (!parsed.ok || parsed.operation.t !== 'job.award') throw new Error('no award')
        const deadline = (name: string) => parseChainTime(String(escrow?.[1][name]))
        const deadlines = {
          ratificationDeadline: deadline('ratification_deadline'),
          expiration: deadline('escrow_expiration'),
        }
        await block([funds(parsed.operation, deadlines), says(alice, parsed.operation)])
        return parsed.operation
      },
      deliver: async (award: JobAward): Promise<void> => {
        await block(
          [approves(award, bob), approves(award, carol), virtually('escrow-approved', award)],
          [says(bob, aDelivery(offer))],
        )
        await block([releases(award, alice, bob)])
      },
      giveBack: async (award: JobAward): Promise<void> => {
        const approved = virtually('escrow-approved', award)
        await block([approves(award, bob), approves(award, carol), approved])
        await block([releases(award, bob, alice)])
      },
    }
  }
  return {
    ...{ anEncoder, onChain, failures, bugs: indexer.bugs },
    checkAgent: async (terms: object = {}) =>
      z.object({ plan: View.shape.plan }).parse(await post('check-agent', terms)).plan,
    change: (changes: object) => call(alice, 'PATCH', 'settings/alice', changes),
    submit: async (fields: object = {}): Promise<EncodingJobId> => {
      const body = { permlink: 'a-video', inputCid: aCid, durationSeconds: 60, ...fields }
      const made = z
        .object({ job: z.object({ id: EncodingJobId }) })
        .parse(await post('jobs', body))
      return made.job.id
    },
    view: async (job: EncodingJobId) => View.parse(await call(alice, 'GET', `jobs/${job}`)),
    /** Every step of a job: its event, and the words for it where there are some. */
    story: async (job: EncodingJobId): Promise<readonly string[]> =>
      (await scheduler.eventsAfter(job, 0, 500)).map(({ type, fields }) =>
        typeof fields['text'] === 'string' ? fields['text'] : type,
      ),
    /** Lets seconds pass here and on the chain, and everybody do what time asks of them. */
    pass: async (seconds: number): Promise<void> => {
      testChain.skip(Math.ceil(seconds / 3))
      await letTimePass(query, seconds * 1_000)
      await project()
      await scheduler.sweep()
      for (let round = 0; round < 4; round += 1) await orchestrate()
    },
    [Symbol.asyncDispose]: () => indexer[Symbol.asyncDispose](),
  }
}

export type HttpMarket = Awaited<ReturnType<typeof openHttpMarket>>
