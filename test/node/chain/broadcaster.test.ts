import { expect, test } from 'vitest'
import { z } from 'zod'
import { customJson } from '#market/domain/hive-operations.ts'
import { alice, aRegistration } from '../../support/builders.ts'
import type { ChainNode } from '../../support/chain-node.ts'
import { aChainNode } from '../../support/chain-node.ts'
import type { TestDevchain } from '../../support/devchain.ts'
import { aDevchain } from '../../support/devchain.ts'
import type { Lie, LyingRpc, RpcReply } from '../../support/lying-rpc.ts'
import { aLyingRpc, answer, refuses } from '../../support/lying-rpc.ts'
import { testNetwork } from '../../support/test-chain.ts'

const version = ['database_api.get_version', {}, z.unknown()] as const
const broadcast = 'condenser_api.broadcast_transaction'
const onBroadcast =
  (reply: RpcReply): Lie =>
  ({ method }) =>
    method === broadcast ? reply : null

type Setting = {
  readonly chain: TestDevchain
  readonly node: ChainNode
  readonly endpoints: readonly LyingRpc[]
  readonly complaint: () => string | null | undefined
}

/** A node that has one transaction to send through endpoints that are as they are said to be. */
async function withOneTransaction(
  lies: readonly (Lie | null)[],
  use: (setting: Setting) => Promise<void>,
): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const chain = stack.use(await aDevchain())
  chain.produceBlocks(3)
  const endpoints: LyingRpc[] = []
  for (const lie of lies) {
    const endpoint = stack.use(await aLyingRpc(chain.url))
    endpoint.lie(lie)
    endpoints.push(endpoint)
  }
  const node = stack.use(aChainNode({ urls: endpoints.map(({ url }) => url), timeoutMs: 60_000 }))
  const reader = stack.use(aChainNode({ urls: [chain.url] }))
  await reader.catchUp()
  const entry = reader.outbox.submit({
    key: 'register',
    account: alice,
    roles: ['posting'],
    operations: [customJson(testNetwork.operationId, alice, aRegistration())],
  })
  node.outboxStore.insert(entry)
  const complaint = () => node.outboxStore.find('register')?.complaint
  await use({ chain, node, endpoints, complaint })
}

const pending = async ({ chain }: Setting): Promise<unknown[]> => {
  const info = (await chain.call('devchain_api.get_info')) as { pending_transactions: unknown[] }
  return info.pending_transactions
}

test('an endpoint that never answers holds nothing back, and is not asked twice meanwhile', async () => {
  await withOneTransaction([onBroadcast({ type: 'silence' }), null], async (setting) => {
    const { node, endpoints } = setting
    const flushed = node.broadcaster.flush()
    while ((await pending(setting)).length === 0) await node.rpc.call(...version)
    void node.broadcaster.flush()
    void node.broadcaster.flush()
    await node.rpc.call(...version)
    await node.broadcaster[Symbol.asyncDispose]()
    await flushed
    const silent = endpoints[0]?.heard.filter(({ method }) => method === broadcast)
    expect(silent).toHaveLength(1)
  })
})

test('every endpoint gets it, so that one which keeps it to itself changes nothing', async () => {
  await withOneTransaction([onBroadcast(answer({})), null], async (setting) => {
    await setting.node.broadcaster.flush()
    expect(await pending(setting)).toHaveLength(1)
  })
})

const insufficient = refuses('Account does not have sufficient funds for transfer.')

test.each<[string, readonly (Lie | null)[], string | null]>([
  [
    'the chain refuses it',
    [onBroadcast(insufficient)],
    'Account does not have sufficient funds for transfer.',
  ],
  ['one refuses it and another has taken it', [onBroadcast(insufficient), null], null],
  ['it has expired', [onBroadcast(refuses('expired', 'transaction_expiration_exception'))], null],
  [
    'the block it refers to is unknown',
    [onBroadcast(refuses('tapos', 'transaction_tapos_exception'))],
    null,
  ],
  ['the endpoint failed inside', [onBroadcast(refuses('unknown key', 'std::out_of_range'))], null],
  ['the connection was cut', [onBroadcast({ type: 'cut' })], null],
  ['the endpoint is too busy', [onBroadcast({ type: 'body', status: 503, body: '' })], null],
  ['it is known already', [onBroadcast(refuses('Duplicate transaction check failed'))], null],
])('what is kept for the user when %s', async (_, lies, expected) => {
  await withOneTransaction(lies, async ({ node, complaint }) => {
    await node.broadcaster.flush()
    expect(complaint()).toBe(expected)
    expect(node.outboxStore.find('register')?.phase).toBe('signed')
  })
})

test('a complaint is taken back when somebody takes it after all', async () => {
  await withOneTransaction([onBroadcast(insufficient)], async ({ node, endpoints, complaint }) => {
    await node.broadcaster.flush()
    expect(complaint()).not.toBeNull()
    endpoints[0]?.lie(null)
    await node.broadcaster.flush()
    expect(complaint()).toBeNull()
  })
})
