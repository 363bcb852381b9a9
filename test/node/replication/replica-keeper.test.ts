import { describe, expect, test } from 'vitest'
import { openDatabase } from '#market/adapters/sqlite/database.ts'
import { createPinStore } from '#market/adapters/sqlite/pin-store.ts'
import { MarketError } from '#market/errors.ts'
import type { FetchOptions } from '#market/ports/content-store.ts'
import { createBackground } from '#market/services/background.ts'
import { createReplicaKeeper } from '#node/replication/replica-keeper.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { replicaDays } from '#protocol/replica-term.ts'
import { account, alice, anOffer, bob, cid, jobId, peerId, time } from '#test/support/builders.ts'
import { aDeliveredLedger, aSplitLedger } from '#test/support/delivered-ledger.ts'
import { until } from '#test/support/peers.ts'

const { job } = anOffer()
const root = cid('tree')
const gate = account('gate-one')
const asked = { job, root }
const creator = peerId(alice)

/** A keeper whose fetches end when and as the test says. */
function aKeeper({ limitBytes = 10 ** 9, ledger = aDeliveredLedger(root, [gate]) } = {}) {
  const pins = createPinStore(openDatabase(':memory:').database)
  const fetches: (PromiseWithResolvers<void> & {
    readonly from: readonly HiveAccount[]
    readonly options: FetchOptions
  })[] = []
  let now = 0
  let head = ledger.head
  const keeper = createReplicaKeeper(
    {
      pins,
      ledger: { current: () => ({ ...ledger, head }), isSynced: () => true, isTrusted: () => true },
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
  /** Moves chain time on to so many seconds after what it is. */
  const chainLater = (seconds: number): void => {
    if (head) head = { ...head, time: time(head.time + seconds) }
  }
  return { keeper, pins, fetches, chainLater, later: () => (now += 3_600_000) }
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

test('a tree is let go when its time is over, and not taken once more', async () => {
  const { keeper, pins, fetches, chainLater } = aKeeper()
  keeper.answer(asked, creator)
  fetches[0]?.resolve()
  await until(() => keeper.answer(asked, creator).state === 'kept')

  chainLater((replicaDays - 1) * 86_400)
  expect(keeper.expire()).toEqual([])
  expect(keeper.answer(asked, creator)).toEqual({ state: 'kept' })

  chainLater(86_400)
  expect(keeper.answer(asked, creator)).toEqual({ state: 'refused', reason: 'over' })
  expect(keeper.expire()).toEqual([job])
  expect(pins.all()).toEqual([])
  expect(keeper.expire()).toEqual([])
})

describe('of a whole that was sold in ranges', () => {
  const whole = jobId('alice', 9)
  const merged = { job: whole, root: cid('merged') }
  const owner = `replica:${whole}`

  test('the tree that its creator put together is fetched, within what its ranges have', async () => {
    const { keeper, pins, fetches } = aKeeper({ ledger: aSplitLedger(whole, [gate]) })

    expect(keeper.answer(merged, creator)).toEqual({ state: 'fetching' })
    expect(fetches[0]?.from).toEqual([alice, bob])
    // Eight segments of video and as many of sound, a thousand bytes each.
    expect(fetches[0]?.options.expectedBytes).toBe(16_000)
    expect(pins.all()).toEqual([{ cid: merged.root, owner }])
    fetches[0]?.resolve()
    await until(() => keeper.answer(merged, creator).state === 'kept')
  })

  test('nothing is kept before each of them was paid, nor for anybody else', () => {
    const ledger = aSplitLedger(whole, [gate], { paid: 1 })

    expect(aKeeper({ ledger }).keeper.answer(merged, creator)).toMatchObject({
      reason: 'unknown-delivery',
    })
    const { keeper } = aKeeper({ ledger: aSplitLedger(whole, [gate]) })
    expect(keeper.answer(merged, peerId(bob))).toMatchObject({ reason: 'not-creator' })
    expect(keeper.answer({ job: jobId('alice', 8), root }, creator)).toMatchObject({
      reason: 'unknown-delivery',
    })
  })

  test('one tree is kept, and its ranges are not counted beside it', async () => {
    const ledger = aSplitLedger(whole, [gate])
    const { keeper, pins, fetches, later } = aKeeper({ ledger, limitBytes: 16_000 })
    const range = { job: jobId('alice', 10), root: cid('range 0') }

    keeper.answer(merged, creator)
    fetches[0]?.resolve()
    await until(() => keeper.answer(merged, creator).state === 'kept')
    expect(keeper.answer(range, creator)).toEqual({ state: 'fetching' })

    later()
    const other = { job: whole, root: cid('merged anew') }
    expect(keeper.answer(other, creator)).toEqual({ state: 'fetching' })
    expect(pins.all().filter((pin) => pin.owner === owner)).toEqual([{ cid: other.root, owner }])
  })

  test('more than fits is refused', () => {
    const { keeper } = aKeeper({ ledger: aSplitLedger(whole, [gate]), limitBytes: 15_999 })
    expect(keeper.answer(merged, creator)).toMatchObject({ reason: 'full' })
  })
})
