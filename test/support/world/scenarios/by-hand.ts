import { escrowTransfer } from '#market/domain/hive-operations.ts'
import type { JobId } from '#protocol/ids.ts'
import type { HiveOperation } from '#protocol/transaction.ts'
import { account, anOffer, escrowId, hbd, jobId, time } from '../../builders.ts'
import { testNetwork } from '../../test-chain.ts'
import type { World } from '../market-world.ts'
import type { Stage } from './stage.ts'
import { fee, says } from './stage.ts'

/** An award of a node's own making, for the bid that bob has made. */
export function handMadeAward(
  { world, alice, bob }: Stage,
  id: JobId,
  { escrow = 77, terms = {} as { readonly fee?: bigint } } = {},
): readonly HiveOperation[] {
  const work = bob.work(id)
  if (!work) throw new Error('there is no bid to award')
  const sides = { from: alice.account, to: bob.account, agent: account('carol') }
  const now = world.chain.now()
  return [
    escrowTransfer({
      ...sides,
      escrow: escrowId(escrow),
      amount: work.bid.price,
      fee: hbd(terms.fee ?? fee),
      meta: { app: testNetwork.operationId, job: id, bid: work.bidHash },
      ratificationDeadline: time(now + 60),
      expiration: time(now + 90_000),
    }),
    says(alice.account, {
      v: 1,
      t: 'job.award',
      job: id,
      encoder: bob.account,
      arbiter: account('carol'),
      price: work.bid.price,
      readyBy: work.bid.readyBy,
      bid: work.bidHash,
      escrow: escrowId(escrow),
    }),
  ]
}

/** Lets a creator's node stop once bob's bid is there, so that its owner can award by hand. */
export async function offeredByHand(stage: Stage): Promise<JobId> {
  const { world, alice, bob } = stage
  const id = jobId('alice', 1)
  await alice.stop()
  const now = world.chain.now()
  const offer = anOffer({
    job: id,
    bidsUntil: time(now + 30),
    deliverBy: time(now + 2_000),
    ceiling: hbd(1_000n),
    arbiters: [account('carol')],
  })
  await world.send('alice', says(alice.account, offer))
  await world.until(() => bob.work(id)?.phase === 'bidding')
  return id
}

/** The same operations with the deadlines of now. */
export function fresh(
  { chain }: World,
  operations: readonly HiveOperation[],
): readonly HiveOperation[] {
  return operations.map(([name, fields]) =>
    name === 'escrow_transfer'
      ? escrowAgain(fields, chain.now())
      : ([name, fields] as HiveOperation),
  )
}

function escrowAgain(fields: Readonly<Record<string, unknown>>, now: number): HiveOperation {
  const at = (seconds: number): string =>
    new Date((now + seconds) * 1_000).toISOString().slice(0, 19)
  return [
    'escrow_transfer',
    { ...fields, ratification_deadline: at(60), escrow_expiration: at(90_000) },
  ]
}
