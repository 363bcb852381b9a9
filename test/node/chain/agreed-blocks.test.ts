import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Ledger } from '#contracts/ledger.ts'
import { hashLedger } from '#contracts/snapshot.ts'
import { refuseForeignChain } from '#node/chain/hive-rpc.ts'
import { blockId } from '#node/devchain/hive/block-header.ts'
import { merkleRoot } from '#node/devchain/hive/merkle.ts'
import { sealTransaction } from '#node/devchain/transactions/sealed-transaction.ts'
import { readTransaction } from '#node/devchain/transactions/transaction.ts'
import { parseChainTime } from '#protocol/ids.ts'
import { sha256 } from '../../support/builders.ts'
import type { ChainNode } from '../../support/chain-node.ts'
import { aChainNode } from '../../support/chain-node.ts'
import type { Lie, LyingRpc, RpcReply } from '../../support/lying-rpc.ts'
import { aLyingRpc, answer, refuses } from '../../support/lying-rpc.ts'
import type { MarketInProcess } from '../../support/market-in-process.ts'
import { aMarket } from '../../support/market-in-process.ts'

/** A chain with a whole job on it, and endpoints of it that tell the truth or do not. */

let market: MarketInProcess
let honest: Ledger
beforeAll(async () => {
  market = await aMarket('by hand')
  await market.live(4)
  await market.post('1'.padStart(16, '0'))
  await market.live(18)
  market.chain.produceBlocks(3)
  await using node = aChainNode({ urls: [market.chain.url] })
  await node.catchUp()
  honest = node.follower.view.current()
  expect([...honest.jobs.values()].map(({ phase }) => phase)).toEqual(['settled'])
}, 60_000)
afterAll(() => market?.[Symbol.asyncDispose]())

type Block = {
  block_id: string
  previous: string
  timestamp: string
  witness: string
  transaction_merkle_root: string
  witness_signature: string
  transactions: { operations: { type: string; value: { json?: string; from?: unknown } }[] }[]
  transaction_ids: string[]
}

const range = 'block_api.get_block_range'
const virtual = 'account_history_api.enum_virtual_ops'
const properties = 'database_api.get_dynamic_global_properties'

/** Changes the blocks that an endpoint serves. */
function blocksWith(change: (blocks: Block[]) => Block[]): Lie {
  return async ({ method }, forward) => {
    if (method !== range) return null
    const { result } = (await forward()) as { result: { blocks: Block[] } }
    return answer({ blocks: change(structuredClone(result.blocks)) })
  }
}

/** Changes the first block with an operation of a kind. */
function blockWith(type: string, change: (block: Block, index: number) => void): Lie {
  return blocksWith((blocks) => {
    for (const block of blocks) {
      const index = block.transactions.findIndex(({ operations }) =>
        operations.some((operation) => operation.type === type),
      )
      if (index < 0) continue
      change(block, index)
      return blocks
    }
    throw new Error(`a block with ${type} is on the chain`)
  })
}

const always =
  (reply: RpcReply, ...methods: string[]): Lie =>
  ({ method }) =>
    methods.length === 0 || methods.includes(method) ? reply : null

function withoutTransaction(block: Block, index: number): void {
  block.transactions.splice(index, 1)
  block.transaction_ids.splice(index, 1)
}

/** Answers that cannot be true, or are none: one endpoint alone is enough to know. */
const impossible: Readonly<Record<string, Lie>> = {
  'keeps silent': always({ type: 'silence' }),
  'keeps silent about blocks': always({ type: 'silence' }, range),
  'cuts every connection': always({ type: 'cut' }),
  'answers with web pages': always({ type: 'body', body: '<html>' }),
  'answers with too much': always({ type: 'body', body: ' '.repeat(5 * 1024 * 1024) }, range),
  'answers with an error of the chain': always(refuses('Assert Exception'), range),
  'answers with null': always(answer(null), properties),
  'leaves a block out': blocksWith((blocks) => blocks.toSpliced(7, 1)),
  'serves no block': blocksWith(() => []),
  'serves other heights': blocksWith((blocks) => blocks.toReversed()),
  'serves a block with another parent': blocksWith((blocks) =>
    blocks.with(5, { ...blocks[5]!, previous: blocks[3]!.previous }),
  ),
  'leaves virtual operations out': async ({ method }) =>
    method === virtual
      ? answer({ ops: [], next_block_range_begin: 0, next_operation_begin: 0 })
      : null,
  'leaves an escrow out whose approvals it shows': blockWith(
    'escrow_transfer_operation',
    (block, index) => {
      const transaction = block.transactions[index]!
      transaction.operations = transaction.operations.filter(
        ({ type }) => type !== 'escrow_approve_operation',
      )
      block.timestamp = 'not a time'
    },
  ),
  'serves an operation that hived has no form for': blockWith(
    'escrow_approve_operation',
    (block, index) => {
      block.transactions[index]!.operations[0]!.value = { from: 7 }
    },
  ),
}

/** Answers that would be true of other blocks: the ids of these belie them. */
const belied: Readonly<Record<string, Lie>> = {
  'leaves a registration out': blockWith('custom_json_operation', withoutTransaction),
  'alters what somebody said': blockWith('custom_json_operation', (block, index) => {
    block.transactions[index]!.operations[0]!.value.json = '{}'
  }),
  'alters an id with what was said': blockWith('custom_json_operation', (block, index) => {
    block.transactions[index]!.operations[0]!.value.json = '{}'
    block.transaction_ids[index] = sealed(block.transactions[index]).id
  }),
  'gives another time': blocksWith((blocks) =>
    blocks.with(-1, { ...blocks.at(-1)!, timestamp: '2026-02-02T00:00:00' }),
  ),
  'gives the last block another id': blocksWith((blocks) => {
    const last = blocks.at(-1)!
    return blocks.with(-1, { ...last, block_id: `${last.block_id.slice(0, 8)}${'0'.repeat(32)}` })
  }),
  'gives the contents another root': blocksWith((blocks) =>
    blocks.with(-1, { ...blocks.at(-1)!, transaction_merkle_root: 'f'.repeat(40) }),
  ),
  'invents a transaction': blocksWith((blocks) => {
    const donor = blocks.find(({ transactions }) => transactions.length > 0)!
    const { transactions, transaction_ids } = donor
    return blocks.with(-1, { ...blocks.at(-1)!, transactions, transaction_ids })
  }),
}

const sealed = (transaction: unknown) => sealTransaction(readTransaction(transaction), 'legacy', '')

/** A block that its own id bears out, whatever was changed in it. */
function resealed(block: Block): Block {
  const digests = block.transactions.map((transaction) => sealed(transaction).merkleDigest)
  const header = {
    previous: block.previous,
    time: parseChainTime(block.timestamp),
    witness: block.witness,
    merkleRoot: merkleRoot(digests),
    signature: block.witness_signature,
  }
  return { ...block, transaction_merkle_root: header.merkleRoot, block_id: blockId(header) }
}

/** Another chain from a block on: consistent in itself, so only others can contradict it. */
const forged: Lie = blocksWith((blocks) => {
  const changed = blocks.findIndex(({ transactions }) => transactions.length > 0)
  let previous = blocks[changed]!.previous
  return blocks.map((block, index) => {
    if (index < changed) return block
    const contents = index === changed ? { transactions: [], transaction_ids: [] } : {}
    const fake = resealed({ ...block, ...contents, previous })
    previous = fake.block_id
    return fake
  })
})

const hash = (ledger: Ledger): string => hashLedger(ledger, sha256)

async function withEndpoints(
  lies: readonly (Lie | null)[],
  use: (node: ChainNode, endpoints: readonly LyingRpc[], clock: { now: number }) => Promise<void>,
): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const endpoints: LyingRpc[] = []
  for (const lie of lies) {
    const endpoint = stack.use(await aLyingRpc(market.chain.url))
    endpoint.lie(lie)
    endpoints.push(endpoint)
  }
  const clock = { now: 0 }
  const urls = endpoints.map(({ url }) => url)
  const node = stack.use(aChainNode({ urls, timeoutMs: 400, now: () => clock.now }))
  await use(node, endpoints, clock)
}

/** The code a promise rejects with; `none` when it does not. */
function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: { code?: string }) => String(error.code ?? error),
  )
}

/** Follows until there is nothing more, however often an endpoint fails on the way. */
async function follow(node: ChainNode, clock: { now: number }): Promise<void> {
  for (let attempt = 0; attempt < 12; attempt += 1) {
    await node.catchUp().catch(() => undefined)
    if (node.follower.view.current().head?.height === honest.head?.height) return
    clock.now += 700_000
  }
}

describe.each(Object.entries(impossible))('an endpoint that %s', (_, lie) => {
  test('moves nothing when it is alone, and says so by a code', async () => {
    await withEndpoints([lie], async (node) => {
      expect(await codeOf(node.catchUp())).toMatch(/^chain-(unavailable|inconsistent)$/)
      expect(node.follower.view.current().head).toBeNull()
      expect(node.follower.view.isSynced()).toBe(false)
    })
  })

  test('is passed over for another, whichever comes first', async () => {
    for (const lies of [
      [lie, null],
      [null, lie],
    ])
      await withEndpoints(lies, async (node, _endpoints, clock) => {
        await follow(node, clock)
        expect(hash(node.follower.view.current())).toBe(hash(honest))
      })
  })
})

describe.each(Object.entries(belied))('an endpoint that %s', (_, lie) => {
  test('moves nothing when it is alone, and says so by a code', async () => {
    await withEndpoints([lie], async (node) => {
      expect(await codeOf(node.catchUp())).toBe('chain-inconsistent')
      expect(node.follower.view.current().head).toBeNull()
    })
  })

  test.each([
    ['one', [lie, null]],
    ['two', [null, lie, null]],
  ] as const)('is passed over for %s that the ids bear out', async (_number, lies) => {
    await withEndpoints(lies, async (node) => {
      await node.catchUp()
      expect(hash(node.follower.view.current())).toBe(hash(honest))
    })
  })

  test('is passed over though another tells the same lie', async () => {
    await withEndpoints([lie, lie, null, null], async (node, _endpoints, clock) => {
      await follow(node, clock)
      expect(hash(node.follower.view.current())).toBe(hash(honest))
    })
  })
})

describe('an endpoint that serves a whole other chain', () => {
  test('is outvoted by two others', async () => {
    await withEndpoints([forged, null, null], async (node) => {
      await node.catchUp()
      expect(hash(node.follower.view.current())).toBe(hash(honest))
    })
  })

  test('stops the ledger where only one contradicts it, and says so by a code', async () => {
    await withEndpoints([forged, null], async (node, endpoints) => {
      expect(await codeOf(node.catchUp())).toBe('chain-inconsistent')
      expect(node.follower.view.current().head).toBeNull()
      endpoints[0]?.lie(null)
      await node.catchUp()
      expect(hash(node.follower.view.current())).toBe(hash(honest))
    })
  })
})

test('virtual operations that never were change nothing', async () => {
  const invented: Lie = async ({ method }, forward) => {
    if (method !== virtual) return null
    const { result } = (await forward()) as { result: { ops: object[] } }
    const [first] = result.ops as { op: { type: string } }[]
    const ops = [
      ...result.ops,
      { ...first, op: { ...first?.op, type: 'escrow_rejected_operation' } },
    ]
    return answer({ ...result, ops })
  }
  await withEndpoints([invented], async (node) => {
    await node.catchUp()
    expect(hash(node.follower.view.current())).toBe(hash(honest))
  })
})

describe('the chain id', () => {
  const foreign = always(answer({ chain_id: 'f'.repeat(64) }), 'database_api.get_version')

  test('is proved before anything else is asked, and an endpoint of another chain is asked nothing', async () => {
    await withEndpoints([foreign, null], async (node, [stranger]) => {
      await node.catchUp()
      expect(hash(node.follower.view.current())).toBe(hash(honest))
      const [account] = await node.rpc.call(
        'condenser_api.get_accounts',
        [['creator']],
        z.array(z.object({ name: z.string() })),
      )
      expect(account?.name).toBe('creator')
      const methods = new Set(stranger?.heard.map(({ method }) => method))
      expect([...methods]).toEqual(['database_api.get_version'])
    })
  })

  test('of another chain everywhere is an error of its own', async () => {
    await withEndpoints([foreign, foreign], async (node) => {
      expect(await codeOf(node.catchUp())).toBe('chain-foreign')
      expect(node.follower.view.current().head).toBeNull()
    })
  })

  test.each<[string, readonly (Lie | null)[], string]>([
    ['every endpoint', [foreign, foreign], 'chain-foreign'],
    ['the only endpoint that answers', [foreign, always({ type: 'cut' })], 'chain-foreign'],
    ['one of two endpoints', [foreign, null], 'none'],
    ['no endpoint, because none answers', [always({ type: 'cut' })], 'none'],
  ])('keeps a node from starting when it is another at %s', async (_, lies, code) => {
    await withEndpoints(lies, async ({ rpc }) => {
      expect(await codeOf(refuseForeignChain(rpc, AbortSignal.timeout(10_000)))).toBe(code)
    })
  })

  test('is proved again after an endpoint failed: something else may answer there', async () => {
    await withEndpoints([null], async (node, [endpoint]) => {
      await node.catchUp()
      endpoint?.lie(always({ type: 'cut' }))
      expect(await codeOf(node.catchUp())).toBe('chain-unavailable')
      endpoint?.lie(foreign)
      expect(await codeOf(node.catchUp())).toBe('chain-foreign')
    })
  })
})

describe('an endpoint that stands still', () => {
  const frozenAt =
    (height: number): Lie =>
    async ({ method }, forward) => {
      if (method !== properties) return null
      const { result } = (await forward()) as { result: object }
      return answer({ ...result, last_irreversible_block_num: height })
    }

  test.each([0, 1])('is left behind when another went on meanwhile (place %i)', async (place) => {
    const lies = [null, null].toSpliced(place, 1, frozenAt(5) as never)
    await withEndpoints(lies, async (node, endpoints, clock) => {
      // The other one goes on while this one does not.
      const other = endpoints[1 - place]!
      other.lie(frozenAt(6))
      await node.catchUp()
      expect(node.follower.view.current().head?.height).toBe(5)
      clock.now += 31_000
      other.lie(null)
      await node.catchUp()
      expect(hash(node.follower.view.current())).toBe(hash(honest))
    })
  })

  test('holds nobody up alone: a chain that stands still is simply followed to its end', async () => {
    await withEndpoints([frozenAt(5)], async (node, _endpoints, clock) => {
      await node.catchUp()
      clock.now += 600_000
      await node.catchUp()
      expect(node.follower.view.current().head?.height).toBe(5)
    })
  })

  test('is not run ahead of: what one alone calls irreversible waits for a second', async () => {
    await withEndpoints([frozenAt(1_000_000), null], async (node) => {
      await node.catchUp()
      expect(hash(node.follower.view.current())).toBe(hash(honest))
    })
  })
})

test('blocks that can still be undone are not read', async () => {
  const { chain } = market
  await chain.call('devchain_api.set_faults', { irreversibility_lag: 3 })
  chain.produceBlocks(3)
  await withEndpoints([null], async (node) => {
    await node.catchUp()
    expect(node.follower.view.current().head?.id).toBe(honest.head?.id)
    await chain.call('devchain_api.set_faults', { irreversibility_lag: 3, fork: { depth: 3 } })
    chain.produceBlocks(5)
    await chain.call('devchain_api.set_faults', {})
    await node.catchUp()
    expect(node.follower.view.current().head?.id).toBe(chain.head.id)
  })
})
