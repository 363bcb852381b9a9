import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { MarketError } from '#market/errors.ts'
import type { AgreedBlocks } from '#node/chain/agreed-blocks.ts'
import { createAgreedBlocks } from '#node/chain/agreed-blocks.ts'
import type { Seal } from '#node/chain/block-seal.ts'
import type { SourcedBlock } from '#node/chain/block-source.ts'
import type { HttpStatusError } from '#node/chain/hive-endpoint.ts'
import { createHiveEndpoint } from '#node/chain/hive-endpoint.ts'
import { blockId, height, time } from '../../support/builders.ts'
import { aRecordingLogger } from '../../support/recording-logger.ts'

/** How endpoints are asked by how they do: a clock by hand, and sources that are what the test says. */

type Conduct = { latencyMs: number; fails: unknown; height: number; asked: number; seal: Seal }

function aSurrounding(
  names: readonly string[],
  origin = (name: string) => `https://${name}.example`,
) {
  const clock = { now: 1_000 }
  const logger = aRecordingLogger()
  const conduct = new Map<string, Conduct>()
  const answer = <Value>(url: string, value: (conduct: Conduct) => Value): Promise<Value> => {
    const own = conduct.get(url)
    if (!own) throw new Error(`${url} is known`)
    own.asked += 1
    clock.now += own.latencyMs
    return own.fails ? Promise.reject(own.fails) : Promise.resolve(value(own))
  }
  const sources = names.map((name) => {
    const url = origin(name)
    conduct.set(url, { latencyMs: 10, fails: null, height: 100, asked: 0, seal: 'whole' })
    return {
      url,
      lastIrreversible: () => answer(url, (own) => height(own.height)),
      range: (first: number) => answer(url, ({ seal }) => [aBlock(first, seal)]),
    }
  })
  const chain = createAgreedBlocks(
    { sources, logger, now: () => clock.now },
    { frozenMs: 1_000_000, witnesses: 2 },
  )
  const of = (name: string): Conduct => conduct.get(origin(name))!
  return { chain, of, clock, logger }
}

function aBlock(number: number, seal: Seal): SourcedBlock {
  const block = {
    height: height(number),
    id: blockId(number),
    previous: blockId(number - 1),
    time: time(1_000 + number),
    operations: [],
  }
  return { block, transactions: [], seal: () => seal }
}

const signal = new AbortController().signal
async function round(chain: AgreedBlocks, number = 1): Promise<void> {
  await chain.lastIrreversible(signal)
  await chain.range(height(number), height(number), () => undefined, signal)
}

const order = (chain: AgreedBlocks): readonly string[] =>
  chain.health().map(({ url }) => new URL(url).hostname.split('.')[0] ?? '')

test('endpoints are asked in the order in which they were named until one does better', async () => {
  const { chain, of } = aSurrounding(['first', 'second', 'third'])
  expect(order(chain)).toEqual(['first', 'second', 'third'])
  of('first').latencyMs = 400
  for (let turn = 0; turn < 5; turn += 1) await round(chain)
  expect(order(chain)[2]).toBe('first')
  const before = of('first').asked
  await round(chain)
  expect(of('first').asked).toBe(before + 1)
})

test('an endpoint that failed rests, is asked last when it is back, and is forgiven by answering', async () => {
  const { chain, of, clock } = aSurrounding(['first', 'second', 'third'])
  const first = () => chain.health().find(({ url }) => url.includes('first'))
  await round(chain)
  of('first').fails = new Error('HTTP 500')
  await round(chain)
  expect(first()).toMatchObject({ resting: true, failing: 0.2 })
  of('first').fails = null
  clock.now += 700_000
  await round(chain)
  expect(order(chain)[2]).toBe('first')
  expect(first()?.resting).toBe(false)
  for (let turn = 0; turn < 30; turn += 1) await round(chain)
  expect(first()?.failing).toBe(0)
})

test('an endpoint that lags is asked after the others', async () => {
  const { chain, of } = aSurrounding(['first', 'second', 'third'])
  of('first').height = 90
  await round(chain)
  expect(order(chain)).toEqual(['second', 'third', 'first'])
})

test('an endpoint that asks to be left alone is left alone that long', async () => {
  const { chain, of, clock } = aSurrounding(['first', 'second'])
  const headers = new Headers({ 'retry-after': '900' })
  const { HttpStatusError: Failure } = await import('#node/chain/hive-endpoint.ts')
  of('first').fails = new Failure(new Response(null, { status: 429, headers }))
  await round(chain)
  of('first').fails = null
  clock.now += 800_000
  await round(chain)
  expect(of('first').asked).toBe(1)
  clock.now += 200_000
  await round(chain)
  expect(of('first').asked).toBeGreaterThan(1)
})

test('one endpoint that decides alone is warned of, once, and again when the other is lost anew', async () => {
  const { chain, of, clock, logger } = aSurrounding(['first', 'second'])
  const warnings = () => logger.lines.filter(({ message }) => message.includes('alone')).length
  await round(chain)
  expect(warnings()).toBe(0)
  of('second').fails = new MarketError('chain-unavailable', 'It is away.')
  await round(chain)
  await round(chain)
  expect(warnings()).toBe(1)
  of('second').fails = null
  clock.now += 700_000
  await round(chain)
  of('second').fails = new Error('away again')
  await round(chain)
  expect(warnings()).toBe(2)
})

test('what ids cannot prove is not believed of one endpoint alone, and is once a second one says the same', async () => {
  const { chain, of, clock } = aSurrounding(['first', 'second'])
  for (const name of ['first', 'second']) of(name).seal = 'partial'
  await round(chain)
  of('second').fails = new Error('away')
  await expect(round(chain)).rejects.toMatchObject({
    code: 'chain-inconsistent',
    message: expect.stringContaining('only https://first.example tells of them'),
  })
  of('first').seal = 'whole'
  await round(chain)
  of('first').seal = 'partial'
  of('second').fails = null
  clock.now += 700_000
  await round(chain)
})

test('an endpoint on this machine is believed alone in what ids cannot prove', async () => {
  const { chain, of } = aSurrounding(['own'], () => 'http://127.0.0.1:8090')
  of('own').seal = 'partial'
  await round(chain)
})

test.each<[string, number, Record<string, string>, number | null]>([
  ['a throttled one', 429, { 'retry-after': '7' }, 7_000],
  ['a throttled one that names years', 429, { 'retry-after': '99999999' }, 3_600_000],
  ['one that names a date', 503, { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, null],
  ['one that is out of order', 500, {}, null],
])(
  '%s says so by its status and how long it wants to be left alone',
  async (_, status, headers, wait) => {
    const server = createServer((_request, response) => {
      response.writeHead(status, headers).end('<html>no</html>')
    })
    await new Promise<void>((listening) => {
      server.listen(0, '127.0.0.1', listening)
    })
    const { port } = server.address() as AddressInfo
    const endpoint = createHiveEndpoint({
      url: `http://127.0.0.1:${port}`,
      chainId: '0'.repeat(64),
      timeoutMs: 5_000,
      answerLimit: 1_024,
    })
    const failure: HttpStatusError = await endpoint
      .call('condenser_api.get_config', [], z.unknown())
      .then(
        () => Promise.reject(new Error('it failed')),
        (error) => error,
      )
    expect(failure).toMatchObject({ name: 'HttpStatusError', status, retryAfterMs: wait })
    server.close()
  },
)
