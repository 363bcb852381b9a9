import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCheckpointPublisher } from '#market/services/publish-checkpoint.ts'
import type { Sha256Hex } from '#protocol/ids.ts'
import type { Operation } from '#protocol/operation.ts'
import { formatOperation } from '#protocol/operation.ts'
import { aRegistration, hashHex } from '../../support/builders.ts'
import type { MarketInProcess } from '../../support/market-in-process.ts'
import { aMarket } from '../../support/market-in-process.ts'
import { testNetwork } from '../../support/test-chain.ts'

/** A market past its first checkpoint, and a stranger who may publish what it likes. */

let market: MarketInProcess
beforeEach(async () => {
  market = await aMarket('by hand')
  await market.live(4)
  await say('stranger', aRegistration())
  market.chain.produceBlocks(1_000)
  await market.live(1)
})
afterEach(() => market[Symbol.asyncDispose]())

async function say(account: string, operation: Operation): Promise<void> {
  const json = formatOperation(operation)
  const { operationId: id } = testNetwork
  await market.chain.broadcast(
    [['custom_json', { required_auths: [], required_posting_auths: [account], id, json }]],
    [account, 'posting'],
  )
}

const ledgerOf = (name: 'creator' | 'encoder' | 'arbiter') =>
  market.participants[name].node.follower.view

function claimOf(hash?: Sha256Hex): Operation {
  const { height, block, hash: own } = ledgerOf('creator').current().checkpoint
  if (!block) throw new Error('the chain is past its first checkpoint')
  return { v: 1, t: 'checkpoint', height, block, hash: hash ?? own }
}

const phases = () => [...ledgerOf('creator').current().jobs.values()].map(({ phase }) => phase)
const said = () => market.submissions.map(({ request }) => request.key)

test('nobody bids, awards or pays while the only published checkpoint contradicts them, and all do when theirs outweigh it', async () => {
  await say('stranger', claimOf(hashHex('another state')))
  await market.live(2)
  expect(ledgerOf('creator').isTrusted()).toBe(false)
  expect(market.participants.encoder.node.follower.divergence()).toEqual({
    height: 1_000,
    differing: ['stranger'],
    agreeing: [],
  })
  await market.post('1'.padStart(16, '0'))
  await market.live(6)
  expect(phases()).toEqual(['offered'])
  expect(said().filter((key) => key.includes('award') || key.includes('approve'))).toEqual([])

  for (const { node, publishCheckpoint } of Object.values(market.participants)) {
    const { outbox } = node
    publishCheckpoint()
    publishCheckpoint()
    expect(outbox.find('checkpoint 1000#1')).not.toBeNull()
    expect(outbox.find('checkpoint 1000#2')).toBeNull()
  }
  await market.live(2)
  expect(ledgerOf('creator').isTrusted()).toBe(true)
  expect(ledgerOf('creator').current().claims.size).toBe(4)
  await market.live(20)
  expect(phases()).toEqual(['settled'])
})

test('work that is delivered when the ledger is contradicted is paid only when it is trusted again', async () => {
  await market.post('1'.padStart(16, '0'))
  while (phases()[0] !== 'accepted') await market.live(1)
  await say('stranger', claimOf(hashHex('another state')))
  await market.live(12)
  expect(phases()).toEqual(['delivered'])
  expect(said().filter((key) => key.includes('payment'))).toEqual([])
  for (const name of ['creator', 'encoder', 'arbiter']) await say(name, claimOf())
  await market.live(8)
  expect(phases()).toEqual(['settled'])
})

test('a checkpoint is published once, by a node that is registered and has every block', async () => {
  const { account, node } = market.participants.creator
  const { outbox, follower } = node
  const deps = { account, operationId: testNetwork.operationId, outbox, ledger: follower.view }
  const every = createCheckpointPublisher(deps, { everyCheckpoints: 1 })
  createCheckpointPublisher(deps, { everyCheckpoints: 10 })()
  createCheckpointPublisher(
    { ...deps, ledger: { ...follower.view, isSynced: () => false } },
    { everyCheckpoints: 1 },
  )()
  expect(outbox.find('checkpoint 1000#1')).toBeNull()
  every()
  await market.live(2)
  every()
  await market.live(1)
  expect(outbox.find('checkpoint 1000#1')?.phase).toBe('confirmed')
  expect(outbox.find('checkpoint 1000#2')).toBeNull()
  expect(follower.view.current().claims.get(account)).toMatchObject({ height: 1_000, agrees: true })
})
