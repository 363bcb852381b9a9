import { expect, test } from 'vitest'
import { signTransaction } from '#node/chain/transactions.ts'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import type { JobId } from '#protocol/ids.ts'
import type { ChainNode } from '../../support/chain-node.ts'
import { keyOf } from '../../support/devchain.ts'
import type { MarketInProcess } from '../../support/market-in-process.ts'
import { aMarket } from '../../support/market-in-process.ts'

/** A creator whose node holds the posting key alone: it offers and checks, and somebody else signs whatever moves its money. */

const posting = { creator: ['posting'] } as const
const reference = '00000000000000c1'

const phaseOf = ({ participants }: MarketInProcess, job: JobId): string | undefined =>
  participants.encoder.node.follower.view.current().jobs.get(job)?.phase

async function until(market: MarketInProcess, holds: () => boolean): Promise<void> {
  for (let round = 0; !holds(); round += 1) {
    if (round > 60) throw new Error('not reached in 60 blocks')
    await market.live(1)
  }
}

/** Signs what waits, as the owner's wallet does when it is asked. */
async function signWaiting({ signing }: ChainNode): Promise<readonly string[]> {
  const waiting = signing.awaited()
  for (const { entry } of waiting) {
    const { signatures: _, ...unsigned } = entry.transaction
    const signed = signTransaction(unsigned, [keyOf('creator')], devchainChainId)
    await signing.accept(entry.id, signed.signatures)
  }
  return waiting.map(({ entry }) => entry.key)
}

test('its job is paid when its wallet signs the award and the payment', async () => {
  await using market = await aMarket('by hand', posting)
  const { node } = market.participants.creator
  await market.live(4)
  const job = await market.post(reference)
  await until(market, () => node.signing.awaited().length > 0)
  expect(phaseOf(market, job)).toBe('offered')
  const signed = [...(await signWaiting(node))]
  await until(market, () => node.signing.awaited().length > 0)
  expect(phaseOf(market, job)).toBe('delivered')
  signed.push(...(await signWaiting(node)))
  await until(market, () => phaseOf(market, job) === 'settled')
  expect(signed).toEqual([`${job}/award-1`, `${job}/payment#1`])
})

test('no money moves while nobody signs, however often its node asks', async () => {
  await using market = await aMarket('by hand', posting)
  const { node } = market.participants.creator
  await market.live(4)
  const job = await market.post(reference)
  await until(market, () =>
    node.signing.awaited().some(({ entry }) => entry.key.endsWith('award-2')),
  )
  expect(phaseOf(market, job)).toBe('offered')
  const [creator] = await market.chain.client.database.getAccounts(['creator'])
  expect(creator?.hbd_balance).toBe('100.000 HBD')
  await signWaiting(node)
  await until(market, () => phaseOf(market, job) === 'delivered')
})
