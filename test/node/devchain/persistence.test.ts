import { describe, expect, test } from 'vitest'
import { devchainKey } from '#node/devchain/keys.ts'
import { aDevchain } from '../../support/devchain.ts'
import type { RunningCli } from './cli.ts'
import { aWorkspace, runCli, startCli } from './cli.ts'
import { approveEscrow, openEscrow } from './escrow-operations.ts'
import { refusal } from './refusal.ts'
import { signTransaction, transfer } from './signing.ts'

const names = ['alice', 'bob', 'arbiter']

/** All that a client can see of a chain. */
async function viewOf({ client }: RunningCli) {
  const { head_block_number, head_block_id, time } =
    await client.database.getDynamicGlobalProperties()
  const numbers = Array.from({ length: head_block_number }, (_, index) => index + 1)
  return {
    head: { head_block_number, head_block_id, time },
    accounts: await client.database.getAccounts(names),
    escrows: await client.call('database_api', 'find_escrows', { from: 'alice' }),
    blocks: await Promise.all(numbers.map((number) => client.database.getBlock(number))),
    operations: await Promise.all(numbers.map((number) => client.database.getOperations(number))),
    histories: await Promise.all(
      names.map((name) => client.database.getAccountHistory(name, -1, 1_000)),
    ),
  }
}

function produce(
  { client }: RunningCli,
  count: number,
): Promise<{ head_block_number: number; head_block_id: string }> {
  return client.call('devchain_api', 'produce_blocks', { count })
}

describe('a chain with a data directory', { timeout: 60_000 }, () => {
  test('comes back from SIGKILL as it was, and goes on', async () => {
    using workspace = aWorkspace()
    const flags = ['--genesis', workspace.genesis(), '--manual', '--data', workspace.path('data')]
    await using first = await startCli(...flags)
    const genesis = {
      number: 0,
      id: '0'.repeat(40),
      time: Date.parse('2026-01-01T00:00:00Z') / 1000,
    }
    const opening = [openEscrow({ head: genesis }), approveEscrow('bob'), transfer('1.000 HBD')]
    const signed = signTransaction({ head: genesis }, { operations: opening }, 'alice', 'bob')
    await first.client.broadcast.send(signed)
    await produce(first, 3)
    const before = await viewOf(first)
    expect((await first.end('SIGKILL')).code).toBeNull()

    await using second = await startCli(...flags)
    expect(await viewOf(second)).toEqual(before)
    expect((await refusal(second.client.broadcast.send(signed))).message).toContain('Duplicate')
    await produce(second, 17)
    const block = await second.client.database.getBlock(4)
    expect(block.previous).toBe(before.head.head_block_id)
    const [alice] = await second.client.database.getAccounts(['alice'])
    expect(alice?.hbd_balance).toBe('99.000 HBD')
    expect(await second.client.database.getOperations(20, true)).toMatchObject([
      { op: ['producer_reward', {}] },
      { op: ['escrow_rejected', {}] },
    ])
  })

  test('never loses a block that a client has seen, whenever it is killed', async () => {
    using workspace = aWorkspace()
    const flags = ['--genesis', workspace.genesis(), '--data', workspace.path('data')]
    let seen = { head_block_number: 0, head_block_id: '0'.repeat(40) }
    for (const enough of [7, 31]) {
      await using cli = await startCli(...flags, '--interval', '0.01')
      const { client } = cli
      if (seen.head_block_number > 0)
        expect((await client.database.getBlock(seen.head_block_number)).block_id).toBe(
          seen.head_block_id,
        )
      const nonce = String(enough)
      const payment = { from: 'alice', to: 'bob', amount: '1.000 HBD', memo: nonce }
      await client.broadcast.transfer(payment, devchainKey('alice', 'active'))
      while (seen.head_block_number < enough)
        seen = await client.database.getDynamicGlobalProperties()
      await cli.end('SIGKILL')
    }
    await using last = await startCli(...flags, '--manual')
    const { blocks, accounts } = await viewOf(last)
    for (const [index, block] of blocks.entries())
      expect(block.previous).toBe(blocks[index - 1]?.block_id ?? '0'.repeat(40))
    expect(blocks.length).toBeGreaterThanOrEqual(seen.head_block_number)
    expect(accounts.map(({ hbd_balance }) => hbd_balance)).toEqual([
      '98.000 HBD',
      '2.000 HBD',
      '0.000 HBD',
    ])
  })

  test('forgets what no block held', async () => {
    using workspace = aWorkspace()
    const directory = workspace.path('data')
    const first = await aDevchain({ directory })
    const id = await first.broadcast([transfer('1.000 HBD')], 'alice')
    await first[Symbol.asyncDispose]()
    await using second = await aDevchain({ directory })
    expect(await second.client.transaction.findTransaction(id)).toEqual({ status: 'unknown' })
  })

  test('remembers a fork', async () => {
    using workspace = aWorkspace()
    const directory = workspace.path('data')
    const first = await aDevchain({ directory })
    await first.call('devchain_api.set_faults', { irreversibility_lag: 9 })
    await first.broadcast([transfer('1.000 HBD')], 'alice')
    first.produceBlocks(3)
    await first.call('devchain_api.fork', { depth: 3, drop_transactions: true })
    const { head } = first
    await first[Symbol.asyncDispose]()
    await using second = await aDevchain({ directory })
    expect(second.head).toEqual(head)
    const [bob] = await second.client.database.getAccounts(['bob'])
    expect(bob?.hbd_balance).toBe('0.000 HBD')
    expect(await second.client.database.getAccountHistory('alice', -1, 10)).toEqual([])
  })

  test('is refused to the genesis of another chain', async () => {
    using workspace = aWorkspace()
    const directory = workspace.path('data')
    const first = await aDevchain({ directory })
    await first[Symbol.asyncDispose]()
    const other = aDevchain({ directory, accounts: { carol: {} } })
    await expect(other).rejects.toMatchObject({
      code: 'data-foreign',
      message: expect.stringContaining('holds the chain of another genesis'),
    })
  })

  test('is used by one process at a time', async () => {
    using workspace = aWorkspace()
    const flags = ['--genesis', workspace.genesis(), '--manual', '--data', workspace.path('data')]
    await using _first = await startCli(...flags)
    const { code, output } = await runCli('--port', '0', ...flags)
    expect(code).toBe(1)
    expect(output).toMatch(/^data-locked: .* is in use by another development chain\.\n$/)
  })
})
