import { expect, test } from 'vitest'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createPinStore } from '#market/adapters/sqlite/pin-store.ts'
import { MarketError } from '#market/errors.ts'
import type { FetchOptions } from '#market/ports/content-store.ts'
import { createBackground } from '#market/services/background.ts'
import { createReplicaKeeper } from '#node/replication/replica-keeper.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { account, alice, anOffer, bob, cid, jobId, peerId } from '#test/support/builders.ts'
import { aDeliveredLedger } from '#test/support/delivered-ledger.ts'
import { until } from '#test/support/peers.ts'

const { job } = anOffer()
const root = cid('tree')
const gate = account('gate-one')
const asked = { job, root }
const creator = peerId(alice)

/** A keeper whose fetches end when and as the test says. */
function aKeeper({ limitBytes = 10 ** 9 } = {}) {
  const ledger = aDeliveredLedger(root, [gate])
  const pins = createPinStore(openDatabase(':memory:').database)
  const fetches: (PromiseWithResolvers<void> & {
    readonly from: readonly HiveAccount[]
    readonly options: FetchOptions
  })[] = []
  let now = 0
  const keeper = createReplicaKeeper(
    {
      pins,
      ledger: { current: () => ledger, isSynced: () => true, isTrusted: () => true },
      background: createBackground({ now: () => now, onFailure: () => undefined }),
      content: {
        pin: pins.pin,
        unpin: pins.unpin,
        fetch: async (_, from, options) => {
          const fetch = { ...Promise.withResolvers<void>(), from, options }
          fetches.push(fetch)
          await fetch.promise
          return { blocks: 1, bytes: 1, local: 0 }
        },
      },
    },
    { limitBytes },
  )
  return { keeper, pins, fetches, later: () => (now += 3_600_000) }
}

test('a tree is fetched from its creator and its encoder, and then confirmed', async () => {
  const { keeper, pins, fetches } = aKeeper()

  expect(keeper.answer(asked, creator)).toEqual({ state: 'fetching' })
  expect(keeper.answer(asked, creator)).toEqual({ state: 'fetching' })
  expect(fetches).toHaveLength(1)
  expect(fetches[0]?.from).toEqual([alice, bob])
  expect(pins.all()).toEqual([{ cid: root, owner: `replica:${job}` }])
  fetches[0]?.resolve()
  await until(() => keeper.answer(asked, creator).state === 'kept')
})

test('a tree that cannot be had is let go, and begun anew when it is asked for again', async () => {
  const { keeper, pins, fetches, later } = aKeeper()
  keeper.answer(asked, creator)
  fetches[0]?.reject(new MarketError('content-unavailable', 'gone'))
  await until(() => pins.all().length === 0)

  later()
  expect(keeper.answer(asked, creator)).toEqual({ state: 'fetching' })
  expect(fetches).toHaveLength(2)
})

test('what would not fit is refused before a byte is fetched', () => {
  const { keeper, pins, fetches } = aKeeper({ limitBytes: 10 })

  expect(keeper.answer(asked, creator)).toEqual({ state: 'refused', reason: 'full' })
  expect(fetches).toEqual([])
  expect(pins.all()).toEqual([])
})

test("only a job's creator has its tree kept, and only the tree that was delivered", () => {
  const { keeper, fetches } = aKeeper()

  expect(keeper.answer(asked, peerId(bob))).toMatchObject({ reason: 'not-creator' })
  expect(keeper.answer({ job, root: cid('other') }, creator)).toMatchObject({
    reason: 'unknown-delivery',
  })
  const unknown = { job: jobId('alice', 2), root }
  expect(keeper.answer(unknown, creator)).toMatchObject({ reason: 'unknown-delivery' })
  expect(fetches).toEqual([])
})
