import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { devchainNotice } from '#node/devchain/chain-id.ts'
import { aDevchain } from '../../../support/devchain.ts'

const properties = { jsonrpc: '2.0', id: 1, method: 'database_api.get_dynamic_global_properties' }

async function post(url: string, body: unknown): Promise<unknown> {
  const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  const response = await fetch(url, { method: 'POST', body: text })
  expect(response.status).toBe(200)
  return response.json()
}

describe('a request', () => {
  test('names a method as api.method, with params of its own kind', async () => {
    await using chain = await aDevchain()
    expect(await post(chain.url, { ...properties, id: 'a' })).toMatchObject({
      jsonrpc: '2.0',
      id: 'a',
      result: { head_block_number: 0, current_supply: { amount: '50000', nai: '@@000000021' } },
    })
  })

  test('may use the old form', async () => {
    await using chain = await aDevchain()
    const call = (...params: readonly unknown[]) =>
      post(chain.url, { jsonrpc: '2.0', id: 2, method: 'call', params })
    expect(await call('condenser_api', 'get_accounts', [['alice']])).toMatchObject({
      id: 2,
      result: [{ name: 'alice' }],
    })
    expect(await call('database_api', 'get_version')).toMatchObject({ result: {} })
  })

  test('may be one of a batch, answered in order', async () => {
    await using chain = await aDevchain()
    const batch = [properties, { ...properties, id: 2, method: 'nope' }, { ...properties, id: 3 }]
    const answers = z.array(z.looseObject({ id: z.int() })).parse(await post(chain.url, batch))
    expect(answers.map(({ id, ...rest }) => [id, 'error' in rest])).toEqual([
      [1, false],
      [2, true],
      [3, false],
    ])
  })

  test('lists the methods there are', async () => {
    await using chain = await aDevchain()
    const answer = await post(chain.url, { ...properties, method: 'jsonrpc.get_methods' })
    expect(answer).toMatchObject({
      result: expect.arrayContaining(['condenser_api.get_block', 'devchain_api.produce_blocks']),
    })
  })
})

describe('a request that is wrong is answered as by hived', () => {
  test.for([
    ['{', -32_700, 'not JSON'],
    ['7', -32_700, 'must be an object'],
    ['[]', -32_000, 'Array is invalid'],
    [{ id: 1, method: 'a.b' }, -32_600, 'jsonrpc'],
    [{ jsonrpc: '2.0', id: 1 }, -32_600, 'method'],
    [{ ...properties, id: 1.5 }, -32_600, 'id'],
    [{ ...properties, method: 'get_block' }, -32_002, 'Should be api.method'],
    [{ ...properties, method: 'a.b.c' }, -32_002, 'Should be api.method'],
    [{ ...properties, method: 'nope_api.get' }, -32_002, 'Could not find API nope_api'],
    [{ ...properties, method: 'toString.call' }, -32_002, 'Could not find API toString'],
    [
      { ...properties, method: 'condenser_api.get_dust' },
      -32_002,
      'Could not find method get_dust',
    ],
    [
      { ...properties, method: 'condenser_api.get_block', params: [] },
      -32_003,
      'Expected 1 argument',
    ],
    [{ ...properties, method: 'condenser_api.get_block', params: [1, 2] }, -32_003, 'was 2'],
    [{ ...properties, method: 'condenser_api.get_block', params: ['x'] }, -32_000, 'Bad Cast'],
    [
      { ...properties, method: 'block_api.get_block', params: { block_num: -1 } },
      -32_000,
      'Bad Cast',
    ],
    [
      { ...properties, method: 'account_history_api.get_transaction', params: { id: 'ab' } },
      -32_003,
      'Assert Exception:Unknown Transaction ab',
    ],
  ] as const)('%j with %i', async ([request, code, text]) => {
    await using chain = await aDevchain()
    const { error } = z
      .object({ error: z.looseObject({ code: z.int(), message: z.string() }) })
      .parse(await post(chain.url, request))
    expect(error.code).toBe(code)
    expect(error.message).toContain(text)
  })

  test('under its own id, where it has one', async () => {
    await using chain = await aDevchain()
    expect(await post(chain.url, { id: 'x', method: 'a.b' })).toMatchObject({ id: 'x', error: {} })
    expect(await post(chain.url, { method: 'a.b' })).toMatchObject({ id: null, error: {} })
  })

  test('with the stack that dhive reads, data and all', async () => {
    await using chain = await aDevchain()
    const method = 'condenser_api.get_transaction'
    expect(await post(chain.url, { ...properties, method, params: ['ab'] })).toMatchObject({
      error: {
        data: {
          code: 10,
          name: 'assert_exception',
          message: 'Assert Exception',
          stack: [
            {
              context: {},
              format: expect.stringContaining('Unknown Transaction'),
              data: { id: 'ab' },
            },
          ],
        },
      },
    })
  })

  test('with an error where it is not UTF-8', async () => {
    await using chain = await aDevchain()
    expect(await post(chain.url, Uint8Array.of(0x7b, 0xff, 0x7d))).toMatchObject({
      error: { message: 'Assert Exception:String is not valid UTF8.' },
    })
  })

  test('with 413 where it is too large', async () => {
    await using chain = await aDevchain()
    const response = await fetch(chain.url, { method: 'POST', body: 'x'.repeat(3 * 1024 * 1024) })
    expect(response.status).toBe(413)
  })
})

describe('a browser', () => {
  test('may ask from any page, and is told what this is', async () => {
    await using chain = await aDevchain()
    const preflight = await fetch(chain.url, { method: 'OPTIONS' })
    const health = await fetch(`${chain.url}/health`)
    for (const response of [preflight, health]) {
      expect(response.ok).toBe(true)
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
      expect(response.headers.get('x-spk-encoder-devchain')).toBe(devchainNotice)
    }
    expect(await health.json()).toMatchObject({ status: 'OK', head_block_number: 0 })
  })

  test('finds the chain on the loopback interface', async () => {
    await using chain = await aDevchain()
    expect(chain.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  test('gets nothing by other methods', async () => {
    await using chain = await aDevchain()
    expect((await fetch(chain.url, { method: 'DELETE' })).status).toBe(405)
  })
})
