import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import type { DeliveredTree } from '#market/ports/delivered-trees.ts'
import { deliveryIn } from '#market/ports/delivered-trees.ts'
import { keepMarketTrees } from '#node/trees/market-trees.ts'
import { EncodingJobId } from '#protocol/encoding-job.ts'
import type { Cid } from '#protocol/ids.ts'
import { alice, bob, cid } from '#test/support/builders.ts'
import { aDeliveredLedger } from '#test/support/delivered-ledger.ts'
import { silent } from '#test/support/peers.ts'

const root = cid('tree')
const job = EncodingJobId.parse(randomUUID())
const gibibyte = 2 ** 30

let pinned: Map<string, Cid>
let fetched: { readonly root: Cid; readonly from: readonly string[]; readonly bytes: number }[]
let answers: (() => Promise<void>)[]
let now: number

beforeEach(() => {
  pinned = new Map()
  fetched = []
  answers = []
  now = Date.UTC(2026, 0, 2)
})

function theDelivery(): DeliveredTree {
  const [chain] = [...aDeliveredLedger(root, []).jobs.values()]
  if (chain?.phase !== 'delivered') throw new Error('it is delivered')
  return { job, chain: deliveryIn(chain)! }
}

type Settings = {
  readonly free?: number
  readonly treeBytes?: number
  readonly ownerBytes?: number
  readonly trees?: readonly DeliveredTree[]
}

/** Lets an indexer look so many times at what was delivered. */
async function look(times: number, settings: Settings = {}) {
  const { trees = [theDelivery()] } = settings
  const stop = new AbortController()
  let looks = 0
  await keepMarketTrees(
    {
      delivered: {
        since: async (seconds) => {
          expect(seconds).toBeLessThan(now / 1_000)
          looks += 1
          if (looks > times) {
            stop.abort()
            return []
          }
          return trees
        },
      },
      content: {
        pin: (id, owner) => pinned.set(owner, id),
        unpin: (owner) => pinned.delete(owner),
        fetch: async (id, from, { expectedBytes }) => {
          expect([...pinned.values()]).toContain(id)
          fetched.push({ root: id, from, bytes: expectedBytes })
          await answers.shift()?.()
          return { blocks: 1, bytes: expectedBytes, local: 0 }
        },
      },
      pins: { all: () => [...pinned].map(([owner, id]) => ({ owner, cid: id })) },
      free: async () => settings.free ?? 100 * gibibyte,
      now: () => now,
      logger: silent,
    },
    {
      ...{ directory: '/', everyMs: 1 },
      treeBytes: settings.treeBytes ?? gibibyte,
      ownerBytes: settings.ownerBytes ?? gibibyte,
    },
    stop.signal,
  )
}

/** What its encoder says that it has. */
const deliveredBytes = (): number =>
  theDelivery().chain.delivered.operation.renditions.reduce((sum, { bytes }) => sum + bytes, 0)

test('a delivered tree is brought once, from its encoder and its creator, and kept for its job', async () => {
  await look(3)
  expect(fetched).toEqual([{ root, from: [bob, alice], bytes: deliveredBytes() }])
  expect([...pinned]).toEqual([[`job:${job}`, root]])
})

test('a tree that is kept is not sought after a restart', async () => {
  await look(1)
  await look(2)
  expect(fetched).toHaveLength(1)
})

test('a tree that could not be had is sought again, after a while', async () => {
  answers.push(() => Promise.reject(new Error('nobody has it')))
  await look(3)
  expect(fetched).toHaveLength(1)
  expect(pinned.size).toBe(0)
  answers.push(async () => {
    now += 60_000
    throw new Error('nobody has it')
  })
  await look(2)
  expect(fetched).toHaveLength(2)
  now += 3_600_000
  await look(2)
  expect(fetched).toHaveLength(3)
  expect([...pinned.keys()]).toEqual([`job:${job}`])
})

test('what is larger than its job can need, or than a tree may be, is not taken', async () => {
  await look(2, { treeBytes: 10 })
  expect(fetched).toEqual([])
})

test('nothing is brought to a disk that is nearly full', async () => {
  await look(2, { free: 1_000 })
  expect(fetched).toEqual([])
})

test('no owner fills the disk: above a sum nothing more of his is brought', async () => {
  const first = theDelivery()
  const second = { ...first, job: EncodingJobId.parse(randomUUID()) }
  await look(2, { trees: [first, second], ownerBytes: 2 * deliveredBytes() - 1 })
  expect([...pinned.keys()]).toEqual([`job:${job}`])
})
