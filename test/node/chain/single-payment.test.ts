import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { escrowTransfer } from '#market/domain/hive-operations.ts'
import type { OutboxEntry } from '#market/ports/outbox.ts'
import { ensureSubmitted, latestSubmission } from '#market/services/submit.ts'
import { ChainTime } from '#protocol/ids.ts'
import { alice, bob, carol, escrowId, hashHex, hbd, jobId } from '../../support/builders.ts'
import type { ChainNode } from '../../support/chain-node.ts'
import { aChainNode } from '../../support/chain-node.ts'
import type { TestDevchain } from '../../support/devchain.ts'
import { aDevchain } from '../../support/devchain.ts'
import type { Lie, RpcCall, RpcReply } from '../../support/lying-rpc.ts'
import { aLyingRpc, answer, refuses } from '../../support/lying-rpc.ts'
import { testNetwork } from '../../support/test-chain.ts'

/**
 * One award is one escrow, whatever an endpoint says and wherever the node dies. The worst case is played: every attempt at
 * the award opens an escrow of another number, so that two of them could both be in a block.
 */

const key = 'award'
const price = 3n
const fee = 1n

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spk-payment-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const newDirectory = () => mkdtemp(join(directory, 'node-'))

describe('one award opens one escrow through an endpoint that', () => {
  const expired = 'transaction expiration exception: now < trx.expiration'
  const lies: Readonly<
    Record<string, (call: RpcCall, forward: () => Promise<object>) => Promise<RpcReply>>
  > = {
    'swallows the answer': sentOnThen({ type: 'cut' }),
    'answers when nobody waits any more': sentOnThen({ type: 'silence' }),
    'reports an error although the chain took it': sentOnThen(
      refuses('Account does not have sufficient funds'),
    ),
    'reports a lost lock although the chain took it': sentOnThen(
      refuses('Unable to acquire lock', 'std::exception'),
    ),
    'says that it has expired although the chain took it': sentOnThen(
      refuses(expired, 'transaction_expiration_exception'),
    ),
    'sends it on twice and answers twice': async (_call, forward) => {
      const one = JSON.stringify(await forward())
      return { type: 'body', body: one + JSON.stringify(await forward()) }
    },
    'sends it on twice and answers with the second refusal': async (_call, forward) => {
      await forward()
      return { type: 'answer', members: await forward() }
    },
    'never sends it on and says that it did': async () => answer({}),
    'never sends it on and keeps silent': async () => ({ type: 'silence' }),
    'refuses it for ever': async () =>
      refuses('Missing Active Authority', 'tx_missing_active_auth'),
    'answers with a web page': sentOnThen({ type: 'body', body: '<html>Bad Gateway</html>' }),
    'answers with a web page and a status': sentOnThen({
      type: 'body',
      status: 502,
      body: '<html>',
    }),
    'answers with noise': sentOnThen({ type: 'body', body: '\u0000{"result":' }),
    'answers with more than is read': sentOnThen({
      type: 'body',
      body: 'x'.repeat(5 * 1024 * 1024),
    }),
    'answers another request': sentOnThen({
      type: 'body',
      body: '{"jsonrpc":"2.0","id":999,"result":{}}',
    }),
    'answers null': sentOnThen({ type: 'body', body: 'null' }),
  }

  test.each(Object.entries(lies))('%s', async (_, reply) => {
    await using world = await aWorld()
    world.rpc.lie((call, forward) => (isBroadcast(call) ? reply(call, forward) : null))
    await world.live(4)
    world.rpc.lie(null)
    await world.liveUntilConfirmed()
    await world.expectOneEscrow()
  })

  test('keeps it back, so that another is signed when it can never be in a block', async () => {
    await using world = await aWorld()
    world.rpc.lie((call) => (isBroadcast(call) ? answer({}) : null))
    await world.live(12, 4)
    expect(world.signed.size).toBeGreaterThan(1)
    world.rpc.lie(null)
    await world.liveUntilConfirmed()
    await world.expectOneEscrow()
  })

  test('lies about the status of transactions, which nobody asks it for', async () => {
    await using world = await aWorld()
    world.rpc.lie((call) =>
      call.method.includes('find_transaction') || call.method.includes('get_transaction')
        ? answer({ status: 'expired_irreversible' })
        : null,
    )
    await world.liveUntilConfirmed()
    await world.expectOneEscrow()
    expect(world.rpc.heard.filter(({ method }) => method.includes('transaction_status'))).toEqual(
      [],
    )
  })

  test('leaves it out of its blocks while two others show it', async () => {
    await using world = await aWorld()
    await using second = await aLyingRpc(world.chain.url)
    await using third = await aLyingRpc(world.chain.url)
    world.urls.push(second.url, third.url)
    world.rpc.lie(withoutTransactions)
    await world.live(12, 4)
    await world.expectOneEscrow()
    expect(world.signed.size).toBe(1)
  })

  test('leaves it out of its blocks while one other shows it: their ids tell who is right', async () => {
    await using world = await aWorld()
    await using second = await aLyingRpc(world.chain.url)
    world.urls.push(second.url)
    world.rpc.lie(withoutTransactions)
    await world.live(12, 4)
    expect(world.signed.size).toBe(1)
    expect(world.troubles).toEqual(new Set())
    await world.expectOneEscrow()
  })

  test('leaves it out of its blocks and is alone: nothing is signed again', async () => {
    await using world = await aWorld()
    world.rpc.lie(withoutTransactions)
    await world.live(12, 4)
    expect(world.signed.size).toBe(1)
    expect(world.troubles).toContain('chain-inconsistent')
    world.rpc.lie(null)
    await world.liveUntilConfirmed()
    await world.expectOneEscrow()
  })
})

test('one award opens one escrow in every history of lies, deaths and forks', {
  timeout: 60_000,
}, async () => {
  const replies: readonly RpcReply[] = [
    { type: 'cut' },
    answer({}),
    refuses('Account does not have sufficient funds'),
    { type: 'body', body: '<html>' },
  ]
  const lie = fc.record({ forwards: fc.boolean(), reply: fc.constantFrom(...replies) })
  const step = fc.oneof(
    fc.record({ type: fc.constant('lie' as const), lie: fc.option(lie) }),
    fc.record({ type: fc.constant('blocks' as const), count: fc.integer({ min: 1, max: 25 }) }),
    fc.record({ type: fc.constant('lag' as const), blocks: fc.nat(4) }),
    fc.record({ type: fc.constant('fork' as const), depth: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ type: fc.constantFrom('sync', 'submit', 'send', 'restart', 'round') }),
    fc.record({ type: fc.constantFrom('sync', 'submit', 'send', 'restart', 'round') }),
  )
  const never = { forwards: false, reply: answer({}) }
  const lateHistory = [
    { type: 'lie' as const, lie: never },
    { type: 'round' as const },
    { type: 'blocks' as const, count: 25 },
    { type: 'round' as const },
    { type: 'round' as const },
  ]
  let most = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      await using world = await aWorld()
      for (const next of steps) {
        if (next.type === 'lie') world.rpc.lie('lie' in next ? lieOf(next.lie) : null)
        else if (next.type === 'blocks' && 'count' in next) world.chain.produceBlocks(next.count)
        else if (next.type === 'lag' && 'blocks' in next)
          await world.chain.call('devchain_api.set_faults', { irreversibility_lag: next.blocks })
        else if (next.type === 'fork' && 'depth' in next) await world.fork(next.depth)
        else await world.step(next.type)
      }
      world.rpc.lie(null)
      await world.chain.call('devchain_api.set_faults', {})
      await world.liveUntilConfirmed()
      await world.expectOneEscrow()
      most = Math.max(most, world.signed.size)
    }),
    { numRuns: 12, examples: [[lateHistory]] },
  )
  expect(most, 'some history signs a second time').toBeGreaterThan(1)
})

function lieOf(lie: { readonly forwards: boolean; readonly reply: RpcReply } | null): Lie | null {
  if (!lie) return null
  return async (call, forward) => {
    if (!isBroadcast(call)) return null
    if (lie.forwards) await forward()
    return lie.reply
  }
}

function sentOnThen(reply: RpcReply) {
  return async (_call: RpcCall, forward: () => Promise<object>): Promise<RpcReply> => {
    await forward()
    return reply
  }
}

function isBroadcast({ method }: RpcCall): boolean {
  return method === 'condenser_api.broadcast_transaction'
}

const withoutTransactions: Lie = async ({ method }, forward) => {
  if (method !== 'block_api.get_block_range') return null
  const members = (await forward()) as { result: { blocks: Record<string, unknown>[] } }
  const blocks = members.result.blocks.map((block) => ({
    ...block,
    transactions: [],
    transaction_ids: [],
  }))
  return answer({ blocks })
}

/** A chain, a liar before it, and a node that opens one escrow and dies after every step. */
async function aWorld() {
  const chain = await aDevchain({
    accounts: { alice: { hbd: '100.000 HBD' }, bob: {}, carol: {} },
  })
  chain.produceBlocks(3)
  const rpc = await aLyingRpc(chain.url)
  const home = await newDirectory()
  const urls = [rpc.url]
  const signed = new Map<string, OutboxEntry>()
  const troubles = new Set<string>()
  let node: ChainNode | null = null
  let minutes = 0

  const open = (): ChainNode => {
    // A clock that runs on, so that no endpoint rests for good.
    minutes += 60
    const at = minutes * 60_000
    node ??= aChainNode({ urls, directory: home, timeoutMs: 300, ttlSeconds: 60, now: () => at })
    return node
  }
  const close = async (): Promise<void> => {
    await node?.[Symbol.asyncDispose]()
    node = null
  }
  const steps: Readonly<Record<string, () => Promise<unknown>>> = {
    sync: () =>
      open()
        .catchUp()
        .catch((error: { code?: string }) => troubles.add(error.code ?? String(error))),
    submit: async () => {
      const before = [...signed.values()]
      submit(open(), signed)
      // The worst moment for what an endpoint kept back to come to light.
      if (signed.size > before.length) await letLoose(chain, before)
    },
    send: () => open().broadcaster.flush(),
    restart: close,
    round: async () => {
      for (const name of ['sync', 'submit', 'send', 'restart']) await steps[name]?.()
    },
  }
  const current = (): OutboxEntry | null => latestSubmission(open().outbox, key)

  /** Rounds in which the node dies after each step, and blocks come. */
  const live = async (rounds: number, blocks = 1): Promise<void> => {
    for (let round = 0; round < rounds; round += 1) {
      for (const name of [
        'sync',
        'restart',
        'submit',
        'restart',
        'sync',
        'submit',
        'send',
        'restart',
      ])
        await steps[name]?.()
      chain.produceBlocks(blocks)
    }
  }

  return {
    chain,
    rpc,
    urls,
    signed,
    troubles,
    step: async (name: string) => steps[name]?.(),
    live,
    liveUntilConfirmed: async () => {
      for (let round = 0; round < 30 && current()?.phase !== 'confirmed'; round += 1)
        await live(1, 3)
      expect(current()?.phase).toBe('confirmed')
    },
    fork: async (depth: number) => {
      await chain
        .call('devchain_api.set_faults', {
          irreversibility_lag: 4,
          fork: { depth, drop_transactions: true },
        })
        .catch(() => undefined)
    },
    expectOneEscrow: async () => {
      await letLoose(chain, [...signed.values()])
      chain.produceBlocks(3)
      expect(await transfersIn(chain)).toHaveLength(1)
      const { escrows } = (await chain.call('database_api.find_escrows', { from: alice })) as {
        escrows: unknown[]
      }
      expect(escrows).toHaveLength(1)
      const [account] = await chain.client.database.getAccounts([alice])
      expect(account?.hbd_balance).toBe('99.996 HBD')
    },
    [Symbol.asyncDispose]: async () => {
      await close()
      await rpc[Symbol.asyncDispose]()
      await chain[Symbol.asyncDispose]()
    },
  }
}

/** Brings signed transactions to the chain, past every endpoint between. */
async function letLoose(chain: TestDevchain, entries: readonly OutboxEntry[]): Promise<void> {
  for (const { transaction } of entries)
    await chain.call('condenser_api.broadcast_transaction', [transaction]).catch(() => undefined)
}

/** Means to open the escrow, as services mean it. */
function submit({ outbox, follower }: ChainNode, signed: Map<string, OutboxEntry>): void {
  const { head } = follower.view.current()
  if (!head) return
  const number = signed.size + 1
  const entry = ensureSubmitted(outbox, {
    key,
    account: alice,
    roles: ['active'],
    operations: () => [
      escrowTransfer({
        from: alice,
        to: bob,
        agent: carol,
        escrow: escrowId(number),
        amount: hbd(price),
        fee: hbd(fee),
        meta: { app: testNetwork.operationId, job: jobId('alice'), bid: hashHex('bid') },
        ratificationDeadline: ChainTime.parse(head.time + 50_000),
        expiration: ChainTime.parse(head.time + 90_000),
      }),
    ],
  })
  signed.set(entry.id, entry)
}

async function transfersIn(chain: TestDevchain): Promise<readonly unknown[]> {
  const found: unknown[] = []
  for (let first = 1; first <= chain.head.number; first += 100) {
    const { blocks } = (await chain.call('block_api.get_block_range', {
      starting_block_num: first,
      count: 100,
    })) as { blocks: { transactions: { operations: { type: string }[] }[] }[] }
    found.push(
      ...blocks
        .flatMap(({ transactions }) => transactions)
        .flatMap(({ operations }) => operations)
        .filter(({ type }) => type === 'escrow_transfer_operation'),
    )
  }
  return found
}
