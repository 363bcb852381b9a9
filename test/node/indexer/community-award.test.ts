import type { Operation as HiveOperation } from '@hiveio/dhive'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { customJson, escrowApprove } from '#market/domain/hive-operations.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { EscrowId } from '#protocol/ids.ts'
import type { Operation } from '#protocol/operation.ts'
import {
  aBid,
  alice,
  anOffer,
  aRegistration,
  bob,
  carol,
  encoderProfile,
  hbd,
  jobId,
  time,
} from '#test/support/builders.ts'
import type { Signer } from '#test/support/devchain.ts'
import type { TestIndexer } from '#test/support/indexer.ts'
import { anIndexer } from '#test/support/indexer.ts'
import { sealed } from '#test/support/sealed.ts'
import { testNetwork } from '#test/support/test-chain.ts'

/** Blocks after which what a block says is irreversible here. */
const irreversible = 25
const job = jobId('alice')
const accept = '/api/encoding/community/accept'

let indexer: TestIndexer
let token: string
beforeAll(async () => {
  const wealthy = { hbd: '100.000 HBD', hive: '50.000 HIVE' }
  // A bid lives by the clock of whoever heard it: the chain's is the same here.
  const time = new Date().toISOString().slice(0, 19)
  indexer = await anIndexer({}, { accounts: { alice: wealthy, bob: {}, carol: {} }, time })
  token = await indexer.signIn('alice')
  return () => indexer[Symbol.asyncDispose]()
}, 60_000)

/** As a wallet sends it: signed here, for what is unsigned there. */
async function broadcast(operations: unknown, ...signers: readonly Signer[]): Promise<string> {
  return await indexer.devchain.broadcast(operations as readonly HiveOperation[], ...signers)
}

async function say(account: HiveAccount, operation: Operation): Promise<void> {
  await broadcast([customJson(testNetwork.operationId, account, operation)], [account, 'posting'])
}

const settle = () => indexer.devchain.produceBlocks(irreversible)

async function phaseOf(): Promise<unknown> {
  const { body } = await indexer.call('GET', `/api/encoding/market/jobs/${job}`)
  return (body as { readonly phase?: unknown }).phase
}

const Award = z.object({
  operations: z.array(z.tuple([z.string(), z.record(z.string(), z.unknown())])),
  signer: z.string(),
  role: z.string(),
  price: z.string(),
  fee: z.string(),
  arbiter: z.string(),
})
const Payment = z.object({ operations: Award.shape.operations, amount: z.string() })
const asked = { job, encoder: bob }
const prepare = async () => {
  const { status, body } = await indexer.call('POST', accept, { token, body: asked })
  expect({ status, body }).toMatchObject({ status: 200 })
  return Award.parse(body)
}

const held = async () => (await indexer.call('GET', '/api/encoding/network')).body

test('an offer is awarded by what the indexer prepares and a wallet signs, and its escrow is funded once', async () => {
  const { head } = indexer.devchain
  const [bidsUntil, readyBy, deliverBy, expires] = [600, 900, 1_800, 900].map((seconds) =>
    time(head.time + seconds),
  )
  await say(bob, aRegistration({ roles: ['encoder'], encoder: encoderProfile }))
  await say(carol, aRegistration({ roles: ['arbiter'], arbiter: { fee: hbd(10n) } }))
  await say(
    alice,
    anOffer({ job, ceiling: hbd(500n), bidsUntil: bidsUntil!, deliverBy: deliverBy! }),
  )
  settle()
  await expect.poll(phaseOf, { timeout: 15_000 }).toBe('offered')
  const bid = aBid({ job, price: hbd(300n), readyBy: readyBy!, expires: expires! })
  const bobs = await indexer.signIn('bob')
  const body = { ...sealed('bob', bid), body: { ...bid, price: '0.300 HBD' } }
  const handedIn = await indexer.call('POST', '/api/encoding/community/bid', { token: bobs, body })
  expect(handedIn).toMatchObject({ status: 200, body: { job, encoder: 'bob' } })
  const ranked = await indexer.call('GET', `/api/encoding/community/bids/${job}`)
  expect(ranked.body).toMatchObject({
    bids: [{ encoder: 'bob' }],
    ranking: [{ encoder: 'bob', price: '0.300 HBD', rank: 1, excluded: null }],
  })
  expect(await indexer.call('POST', accept, { token: bobs, body: asked })).toMatchObject({
    ...{ status: 403, body: { code: 'forbidden' } },
  })

  expect(await held()).toMatchObject({ held: '0.000 HBD' })
  const award = await prepare()
  expect(award).toMatchObject({
    ...{ signer: 'alice', role: 'active', price: '0.300 HBD', fee: '0.010 HBD', arbiter: 'carol' },
  })
  const again = await prepare()
  await expect(broadcast(award.operations, ['alice', 'posting'])).rejects.toThrow(/[Aa]uthority/)
  await broadcast(award.operations, 'alice')
  indexer.devchain.produceBlocks(1)
  // Signed twice, as people do: the escrow has its number already.
  await expect(broadcast(again.operations, 'alice')).rejects.toThrow()
  settle()
  await expect.poll(phaseOf, { timeout: 15_000 }).toBe('awarded')
  expect(await held()).toMatchObject({ held: '0.300 HBD' })
  const { escrows } = (await indexer.devchain.call('database_api.find_escrows', {
    from: 'alice',
  })) as { readonly escrows: readonly object[] }
  expect(escrows).toHaveLength(1)
  expect(await indexer.call('POST', accept, { token, body: asked })).toMatchObject({
    ...{ status: 409, body: { code: 'escrow-refused' } },
  })

  const escrow = EscrowId.parse(award.operations[0]?.[1]['escrow_id'])
  const parties = { from: alice, to: bob, agent: carol, escrow }
  await broadcast([escrowApprove(parties, bob, 'approve')], 'bob')
  await broadcast([escrowApprove(parties, carol, 'approve')], 'carol')
  settle()
  await expect.poll(phaseOf, { timeout: 15_000 }).toBe('accepted')
  expect(await held()).toMatchObject({ held: '0.300 HBD' })

  const settling = { token, body: { job, act: 'release' } }
  const payment = await indexer.call('POST', '/api/encoding/community/settle', settling)
  const { operations, amount } = Payment.parse(payment.body)
  expect(amount).toBe('0.300 HBD')
  await broadcast(operations, 'alice')
  settle()
  await expect.poll(phaseOf, { timeout: 15_000 }).toBe('settled')
  expect(await indexer.call('POST', '/api/encoding/community/settle', settling)).toMatchObject({
    ...{ status: 409, body: { code: 'escrow-refused' } },
  })
})
