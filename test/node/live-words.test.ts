import { expect, test } from 'vitest'
import { createLiveMemory } from '#market/adapters/memory/live-market.ts'
import { createKeepSeal } from '#market/services/keep-seal.ts'
import { gossipHandlers } from '#node/inbox.ts'
import { liveWords } from '#node/live-words.ts'
import type { SealedBid } from '#protocol/bid.ts'
import { alice, anOffer, bob, hashHex, jobId, time } from '#test/support/builders.ts'
import { sealed } from '#test/support/sealed.ts'
import { createTestChain, says, startTime, testNetwork } from '#test/support/test-chain.ts'

test('a node that shows the market remembers seals, while their offer takes any', async () => {
  const chain = createTestChain()
  const { operationId } = testNetwork
  const offer = anOffer({ sealedUntil: time(startTime + 6) })
  const isOnChain = () => true
  const live = createLiveMemory({ now: () => 1_000, isOnChain })
  const keepSeal = createKeepSeal({
    live,
    chain: {
      at: async () => chain.ledger().head as never,
      job: async (id) => {
        const job = chain.ledger().jobs.get(id)
        return job ? { job, events: [], escrow: null } : null
      },
    },
  })
  const words = liveWords({ live, keepSeal }, operationId)
  const unheard = { hear: () => undefined } as never
  const roles = () => ({ creator: null }) as never
  const { seals } = gossipHandlers(
    roles,
    { presence: unheard, feed: unheard, live: words },
    operationId,
  )
  const seal = (encoder: SealedBid['encoder']): SealedBid => ({
    ...{ v: 1, type: 'sealed-bid', job: offer.job, encoder },
    ...{ bid: hashHex('bid'), expires: time(2_000_000) },
  })
  chain.block([says(alice, offer)])
  seals?.(sealed('bob', seal(bob)))
  await expect.poll(() => live.seals(offer.job)).toEqual([seal(bob)])
  chain.block()
  seals?.(sealed('alice', seal(alice)))
  // Of an offer that is not known there is no time yet; it is kept after the one before was looked at.
  const early = { ...seal(bob), job: jobId('alice', 2) }
  seals?.(sealed('bob', early))
  await expect.poll(() => live.seals(early.job)).toEqual([early])
  expect(await live.seals(offer.job)).toEqual([seal(bob)])
})
