import { expect, test } from 'vitest'
import { createExchangeProbe } from '#node/agent/exchange-probe.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { account, alice, bob, carol } from '#test/support/builders.ts'
import { aLeaf } from '#test/support/content.ts'

const { cid: probe } = await aLeaf(new Uint8Array([1]))
const minute = 60_000

/** A probe whose clock the test moves, and the peers that it asks, each of which answers or does not. */
function aProbe(peers: readonly HiveAccount[], answering: readonly HiveAccount[]) {
  const asked: HiveAccount[] = []
  let now = 0
  let opened = 0
  const ended = new AbortController()
  const exchange = createExchangeProbe(
    {
      ...{ peers: () => peers, clock: { now: () => now }, probe },
      streams: {
        open: async (provider) => {
          if (typeof provider === 'string') asked.push(provider)
          if (!answering.some((name) => name === provider)) throw new Error('not a word')
          opened += 1
          return {
            request: async function* (cids) {
              expect(cids).toEqual([probe])
              yield []
            },
            lied: () => undefined,
            [Symbol.asyncDispose]: async () => {
              opened -= 1
              ended.abort()
            },
          }
        },
      },
    },
    { everyMs: 1, freshMs: minute, answerMs: minute },
  )
  return {
    ...{ exchange, asked, ended },
    open: () => opened,
    pass: (ms: number) => {
      now += ms
    },
  }
}

test('an answer is an exchange, whether the peer has the block or not, and speaks for a while', async () => {
  const { exchange, ended, pass, open } = aProbe([alice, bob], [bob])
  expect(exchange.isConnected()).toBe(false)
  await exchange.run(ended.signal)
  expect(exchange.isConnected()).toBe(true)
  expect(open()).toBe(0)
  pass(minute - 1)
  expect(exchange.isConnected()).toBe(true)
  pass(1)
  expect(exchange.isConnected()).toBe(false)
  exchange.note()
  expect(exchange.isConnected()).toBe(true)
})

test('a few peers are asked in a round, however many there are', async () => {
  const many = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'].map((name) => account(`peer${name}`))
  const { exchange, asked, ended } = aProbe(many, many)
  await exchange.run(ended.signal)
  expect(asked).toEqual(many.slice(0, 4))
})

test('peers that say nothing are no exchange', async () => {
  const { exchange, asked, ended } = aProbe([carol], [])
  const running = exchange.run(ended.signal)
  await expect.poll(() => asked.length).toBeGreaterThan(2)
  ended.abort()
  await running
  expect(exchange.isConnected()).toBe(false)
})
