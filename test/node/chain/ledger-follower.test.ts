import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hashLedger } from '#contracts/snapshot.ts'
import { formatOperation } from '#protocol/operation.ts'
import { aRegistration, sha256 } from '../../support/builders.ts'
import type { ChainNode } from '../../support/chain-node.ts'
import { aChainNode } from '../../support/chain-node.ts'
import type { TestDevchain } from '../../support/devchain.ts'
import { aDevchain } from '../../support/devchain.ts'
import { testNetwork } from '../../support/test-chain.ts'

/** A ledger on disk: what is read again after a stop, a crash or damage is what was there, or is read from the chain anew. */

let chain: TestDevchain
let directory: string
/** A node that was stopped at the end of the chain; each test has a copy of its directory. */
let original: string
let before: ReturnType<typeof stateOf>
let home: string
const nowhere = 'http://127.0.0.1:9'

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spk-follower-'))
  chain = await aDevchain()
  chain.produceBlocks(2)
  for (const account of ['alice', 'bob', 'arbiter']) {
    await register(account)
    // A snapshot is made every thousand blocks; the last two are kept.
    chain.produceBlocks(1_100)
  }
  home = await mkdtemp(join(directory, 'first-'))
  await using node = open()
  await node.catchUp()
  expect(heights(node)).toEqual([2_000, 3_000])
  original = home
  before = stateOf(node)
}, 60_000)
afterAll(async () => {
  await chain?.[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})
beforeEach(async () => {
  home = await mkdtemp(join(directory, 'node-'))
  await cp(original, home, { recursive: true })
})

async function register(account: string): Promise<void> {
  const json = formatOperation(aRegistration())
  const id = testNetwork.operationId
  await chain.broadcast(
    [['custom_json', { required_auths: [], required_posting_auths: [account], id, json }]],
    [account, 'posting'],
  )
}

const open = (url = chain.url): ChainNode => aChainNode({ urls: [url], directory: home })

function heights({ database }: ChainNode): readonly number[] {
  const rows = database.all<{ height: number }>(
    sql`select distinct height from ledger_snapshots order by 1`,
  )
  return rows.map(({ height }) => height)
}

function stateOf({ follower }: ChainNode): { height: number; hash: string; nodes: number } {
  const ledger = follower.view.current()
  return {
    height: ledger.head?.height ?? 0,
    hash: hashLedger(ledger, sha256),
    nodes: ledger.nodes.size,
  }
}

async function truth(): Promise<ReturnType<typeof stateOf>> {
  await using fresh = aChainNode({ urls: [chain.url] })
  await fresh.catchUp()
  return stateOf(fresh)
}

test('after a restart the ledger is what it was, without asking anybody', async () => {
  await using node = open(nowhere)
  expect(stateOf(node)).toEqual(before)
  expect(node.follower.view.isSynced()).toBe(false)
})

describe('damage is survived:', () => {
  const damages: Readonly<Record<string, ReturnType<typeof sql>>> = {
    'the newest snapshot has another letter': sql`update ledger_snapshots set state = replace(state, 'alice', 'alicf') where height = 3000`,
    'the newest snapshot is cut': sql`update ledger_snapshots set state = substr(state, 1, 50) where height = 3000`,
    'the newest snapshot lacks a part': sql`delete from ledger_snapshots where height = 3000 and part = 1`,
    'the newest snapshot has a part of another': sql`update ledger_snapshots set (state, hash) = (select state, hash from ledger_snapshots where height = 2000 and part = 1) where height = 3000 and part = 1`,
    'the newest snapshot has another hash': sql`update ledger_snapshots set hash = 'x' where height = 3000`,
    'the newest snapshot is of another version': sql`update ledger_snapshots set version = 999 where height = 3000`,
    'the newest snapshot is lost': sql`delete from ledger_snapshots where height = 3000`,
  }

  test.each(Object.entries(damages))('%s, and the one before it stands in', async (_, damage) => {
    {
      await using node = open(nowhere)
      node.database.run(damage)
    }
    await using node = open(nowhere)
    expect(stateOf(node)).toEqual(before)
    expect(heights(node)).toEqual([2_000])
  })

  const blocks: Readonly<Record<string, ReturnType<typeof sql>>> = {
    'every snapshot is lost': sql`delete from ledger_snapshots`,
    'a block is cut': sql`update ledger_blocks set block = substr(block, 1, 20) where height = 3100`,
    'a block is lost': sql`delete from ledger_blocks where height = 3100`,
    'a block has another parent': sql`update ledger_blocks set block = replace(block, '"previous":"0', '"previous":"f') where height = 3100`,
    'the last block is lost': sql`delete from ledger_blocks where height = (select max(height) from ledger_blocks)`,
  }

  test.each(Object.entries(blocks))(
    '%s, and the chain is read again from there',
    async (name, damage) => {
      {
        await using node = open(nowhere)
        node.database.run(damage)
      }
      await using node = open()
      expect(stateOf(node).height).toBeLessThan(before.height)
      expect(stateOf(node).height).toBeGreaterThanOrEqual(name.startsWith('every') ? 0 : 3_099)
      await node.catchUp()
      expect(stateOf(node)).toEqual(before)
    },
  )
})

test('a step that cannot be stored whole is not stored at all, and is made again', async () => {
  const boundary = 4_000
  await register('bob')
  chain.produceBlocks(boundary - chain.head.number + 5)
  await using node = open()
  node.database.run(
    sql`create trigger full before insert on ledger_snapshots begin select raise(abort, 'the disk is full'); end`,
  )
  await expect(node.catchUp()).rejects.toThrow()
  const { height } = stateOf(node)
  expect(height).toBeLessThan(boundary)
  const [row] = node.database.all<{ height: number }>(
    sql`select max(height) as height from ledger_blocks`,
  )
  expect(row?.height).toBe(height)
  node.database.run(sql`drop trigger full`)
  await node.catchUp()
  expect(stateOf(node)).toEqual(await truth())
})
