import { describe, expect, test } from 'vitest'
import { createFaultInjector } from '#node/devchain/faults/fault-injector.ts'
import type { TestDevchain } from '../../support/devchain.ts'
import { aDevchain } from '../../support/devchain.ts'
import { approveEscrow, openEscrow } from './escrow-operations.ts'
import { refusal } from './refusal.ts'
import { signTransaction, transfer } from './signing.ts'

const read = 'condenser_api.get_version'
const other = 'condenser_api.get_config'

async function aChainWithFaults(faults: object): Promise<TestDevchain> {
  const chain = await aDevchain()
  await chain.call('devchain_api.set_faults', faults)
  return chain
}

function post({ url }: TestDevchain, method: string, params: unknown = []): Promise<Response> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  return fetch(url, { method: 'POST', body })
}

async function outcomeOf(chain: TestDevchain, method: string, params?: unknown): Promise<string> {
  const response = await post(chain, method, params)
  if (!response.ok) return String(response.status)
  const text = await response.text()
  if (text.startsWith('<')) return 'html'
  return 'error' in JSON.parse(text) ? 'rpc' : 'ok'
}

async function outcomesOf(chain: TestDevchain, count: number): Promise<readonly string[]> {
  const outcomes: string[] = []
  for (let call = 0; call < count; call += 1) outcomes.push(await outcomeOf(chain, read))
  return outcomes
}

describe('errors', () => {
  test.for(['rpc', 'html', 429, 500, 503])('befall the next calls as %s', async (as) => {
    await using chain = await aChainWithFaults({ errors: { as, next: 2 } })
    expect(await outcomesOf(chain, 3)).toEqual([String(as), String(as), 'ok'])
  })

  test('come at a rate, the same for the same seed', async () => {
    const outcomes: (readonly string[])[] = []
    for (const seed of [7, 7, 8]) {
      await using chain = await aChainWithFaults({ errors: { as: 'rpc', rate: 0.5, seed } })
      outcomes.push(await outcomesOf(chain, 20))
    }
    expect(outcomes[0]).toEqual(outcomes[1])
    expect(outcomes[0]).not.toEqual(outcomes[2])
    expect(new Set(outcomes[0])).toEqual(new Set(['ok', 'rpc']))
  })

  test('keep to the methods they are limited to, and are not used up by others', async () => {
    const errors = { as: 503, next: 1 }
    await using one = await aChainWithFaults({ errors, methods: [read] })
    await using api = await aChainWithFaults({ errors, methods: ['condenser_api.*'] })
    expect(await outcomeOf(one, other)).toBe('ok')
    expect(await outcomeOf(one, read)).toBe('503')
    expect(await outcomeOf(api, 'database_api.get_version', {})).toBe('ok')
    expect(await outcomeOf(api, other)).toBe('503')
  })

  test('do not carry a broadcast out', async () => {
    await using chain = await aChainWithFaults({ errors: { as: 500, next: 1 } })
    await expect(send(chain)).rejects.toThrow('500')
    expect(await pendingIn(chain)).toEqual([])
  })

  test('of one call of a batch befall the whole', async () => {
    await using chain = await aChainWithFaults({ errors: { as: 500, next: 1 }, methods: [other] })
    const call = (method: string) => ({ jsonrpc: '2.0', id: 1, method, params: [] })
    const body = JSON.stringify([call(read), call(other)])
    expect((await fetch(chain.url, { method: 'POST', body })).status).toBe(500)
  })
})

describe('delays', () => {
  test('hold an answer back while others overtake it', async () => {
    await using chain = await aChainWithFaults({ delay_ms: 300, methods: [read] })
    const arrived: string[] = []
    const late = post(chain, read).then(() => arrived.push('late'))
    await post(chain, other).then(() => arrived.push('early'))
    await late
    expect(arrived).toEqual(['early', 'late'])
  })

  test('end when the chain does', async () => {
    const chain = await aChainWithFaults({ delay_ms: 600_000, methods: [read] })
    const answer = post(chain, read).then(
      () => 'answered',
      () => 'cut',
    )
    await post(chain, other)
    await chain[Symbol.asyncDispose]()
    expect(await answer).toBe('cut')
  })
})

describe('answers that are swallowed', () => {
  test('leave the client without a word, but the transaction in the pool', async () => {
    await using chain = await aChainWithFaults({ swallow_answers: 1 })
    await expect(send(chain, 1)).rejects.toThrow()
    expect(await pendingIn(chain)).toHaveLength(1)
    await expect(send(chain, 2)).resolves.toBeDefined()
    expect((await refusal(send(chain, 1))).message).toContain('Duplicate transaction')
  })

  test('are those of broadcasts only', async () => {
    await using chain = await aChainWithFaults({ swallow_answers: 1 })
    expect(await outcomesOf(chain, 2)).toEqual(['ok', 'ok'])
  })
})

test('broadcasts can be refused', async () => {
  await using chain = await aChainWithFaults({ refuse_broadcasts: true })
  expect((await refusal(send(chain))).message).toContain('refuses broadcasts')
  expect(await pendingIn(chain)).toEqual([])
  expect(await outcomeOf(chain, read)).toBe('ok')
})

describe('irreversibility', () => {
  const last = async ({ client }: TestDevchain) =>
    (await client.database.getDynamicGlobalProperties()).last_irreversible_block_num

  test('is at the head unless it lags', async () => {
    await using chain = await aChainWithFaults({ irreversibility_lag: 3 })
    const lagging: number[] = []
    for (let block = 0; block < 5; block += 1) {
      chain.produceBlocks(1)
      lagging.push(await last(chain))
    }
    expect(lagging).toEqual([0, 0, 0, 1, 2])
    await chain.call('devchain_api.set_faults', {})
    expect(await last(chain)).toBe(5)
  })

  test('never falls back', async () => {
    await using chain = await aDevchain()
    chain.produceBlocks(5)
    await chain.call('devchain_api.set_faults', { irreversibility_lag: 10 })
    chain.produceBlocks(2)
    expect(await last(chain)).toBe(5)
  })
})

test('virtual operations can be missing', async () => {
  await using chain = await aDevchain()
  await chain.broadcast(
    [openEscrow(chain), approveEscrow('bob', { approve: false })],
    'alice',
    'bob',
  )
  chain.produceBlocks(1)
  const seen = async () => (await chain.client.database.getOperations(1)).map(({ op }) => op[0])
  const all = ['escrow_transfer', 'escrow_approve', 'escrow_rejected', 'producer_reward']
  expect(await seen()).toEqual(all)
  await chain.call('devchain_api.set_faults', { drop_virtual_operations: true })
  expect(await seen()).toEqual(all.slice(0, 2))
  expect(await chain.call('account_history_api.enum_virtual_ops', {})).toMatchObject({ ops: [] })
})

describe('set_faults', () => {
  test('replaces what it said before', async () => {
    await using chain = await aChainWithFaults({ errors: { as: 503, next: 9 } })
    await chain.call('devchain_api.set_faults', { refuse_broadcasts: true })
    expect(await outcomeOf(chain, read)).toBe('ok')
    await chain.call('devchain_api.set_faults', {})
    await expect(send(chain)).resolves.toBeDefined()
  })

  test('says what is in force', async () => {
    await using chain = await aChainWithFaults({ delay_ms: 0 })
    expect(await chain.call('devchain_api.get_info')).toMatchObject({
      development_only: true,
      mode: 'manual',
      faults: { delay_ms: 0 },
    })
  })

  test.for([
    { delays: 5 },
    { delay_ms: -1 },
    { errors: { as: 'rpc' } },
    { errors: { as: 404, next: 1 } },
    { errors: { as: 'rpc', next: 1, rate: 0.5 } },
    { methods: ['get_block'] },
    { fork: { depth: 0 } },
  ])('refuses %j and keeps what was in force', async (faults) => {
    await using chain = await aChainWithFaults({ refuse_broadcasts: true })
    expect((await refusal(chain.call('devchain_api.set_faults', faults))).name).toBe(
      'bad_cast_exception',
    )
    expect((await refusal(send(chain))).message).toContain('refuses broadcasts')
  })

  test('is never struck itself', () => {
    const injector = createFaultInjector()
    injector.set({ delay_ms: 1, errors: { as: 'rpc', rate: 1, seed: 1 } })
    const spared = { delayMs: 0, failure: null, isCut: false }
    expect(injector.strike('devchain_api.set_faults')).toEqual(spared)
    expect(injector.strike(read)).toEqual({ ...spared, delayMs: 1, failure: 'rpc' })
  })
})

function send(chain: TestDevchain, nonce = 0) {
  const signed = signTransaction(chain, { operations: [transfer('1.000 HBD', nonce)] }, 'alice')
  return chain.client.broadcast.send(signed)
}

async function pendingIn(chain: TestDevchain): Promise<unknown> {
  const info = await chain.call('devchain_api.get_info')
  return (info as { pending_transactions: unknown }).pending_transactions
}
