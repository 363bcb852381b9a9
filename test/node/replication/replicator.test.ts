import { expect, test } from 'vitest'
import { MarketError } from '#market/errors.ts'
import type { MarketNetwork } from '#market/ports/market-network.ts'
import { createReplicator, gatewaysFor } from '#node/replication/replicator.ts'
import type { ReplicaAnswer } from '#protocol/calls.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { account, alice, anOffer, cid } from '#test/support/builders.ts'
import { aDeliveredLedger } from '#test/support/delivered-ledger.ts'
import { untroubled } from '#test/support/ffmpeg.ts'

const { job } = anOffer()
const root = cid('tree')
const gateways = ['gate-one', 'gate-two', 'gate-three'].map(account)

type Answering = (gateway: HiveAccount, times: number) => ReplicaAnswer | null

/** A replicator of two minutes' patience, whose clock goes on by what it waits, and whom it asked. */
function aReplicator(
  replicas: number,
  answering: Answering,
  known: readonly HiveAccount[] = gateways,
) {
  const ledger = aDeliveredLedger(root, known)
  const view = { current: () => ledger, isSynced: () => true, isTrusted: () => true }
  const asked: HiveAccount[] = []
  let now = 0
  const call = async (gateway: HiveAccount) => {
    asked.push(gateway)
    const answer = answering(gateway, asked.filter((each) => each === gateway).length)
    if (answer) return answer
    throw new MarketError('peer-unreachable', `@${gateway} is away`)
  }
  const replicator = createReplicator(
    {
      ...{ account: alice, ledger: view, now: () => now },
      network: { call: call as MarketNetwork['call'] },
      wait: async (ms) => {
        now += ms
      },
    },
    { replicas, patienceMs: 120_000 },
  )
  return { replicator, asked, first: gatewaysFor(view, root, alice), seconds: () => now / 1_000 }
}

test('as many gateways as are wanted confirm that they keep the tree, and no others are asked', async () => {
  const { replicator, asked, first } = aReplicator(3, (_, times) => ({
    state: times < 4 ? 'fetching' : 'kept',
  }))

  const report = await replicator.replicate({ job, root }, untroubled)

  expect(report).toEqual({ wanted: 3, kept: [alice, ...first.slice(0, 2)] })
  expect(new Set(asked)).toEqual(new Set(first.slice(0, 2)))
})

test('another gateway takes the place of one that is full', async () => {
  const { replicator, first } = aReplicator(2, (gateway) =>
    gateway === first[0] ? { state: 'refused', reason: 'full' } : { state: 'kept' },
  )

  expect(await replicator.replicate({ job, root }, untroubled)).toEqual({
    wanted: 2,
    kept: [alice, first[1]],
  })
})

test('another gateway takes the place of one that never answers', async () => {
  const { replicator, first, asked } = aReplicator(2, (gateway) =>
    gateway === first[0] ? null : { state: 'kept' },
  )

  expect(await replicator.replicate({ job, root }, untroubled)).toMatchObject({
    kept: [alice, first[1]],
  })
  expect(asked.filter((gateway) => gateway === first[0])).toHaveLength(3)
})

test('a gateway that has not read of the delivery yet is asked again', async () => {
  const { replicator, first } = aReplicator(2, (_, times) =>
    times === 1 ? { state: 'refused', reason: 'unknown-delivery' } : { state: 'kept' },
  )

  expect(await replicator.replicate({ job, root }, untroubled)).toMatchObject({
    kept: [alice, first[0]],
  })
})

test('patience ends, whatever the gateways do', async () => {
  const fetching = aReplicator(2, () => ({ state: 'fetching' }))
  expect(await fetching.replicator.replicate({ job, root }, untroubled)).toEqual({
    wanted: 2,
    kept: [alice],
  })
  expect(fetching.seconds()).toBe(120)

  const away = aReplicator(2, () => null)
  expect(await away.replicator.replicate({ job, root }, untroubled)).toEqual({
    wanted: 2,
    kept: [alice],
  })
  expect(away.seconds()).toBeLessThan(120)
})

test('where one copy is enough, or there is no gateway, nobody is waited for', async () => {
  const alone = aReplicator(1, () => ({ state: 'kept' }))
  expect(await alone.replicator.replicate({ job, root }, untroubled)).toBeNull()
  const lone = aReplicator(3, () => ({ state: 'kept' }), [])
  expect(await lone.replicator.replicate({ job, root }, untroubled)).toBeNull()
  expect([...alone.asked, ...lone.asked]).toEqual([])
})
