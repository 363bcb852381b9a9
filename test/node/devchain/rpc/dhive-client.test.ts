import type { Operation } from '@hiveio/dhive'
import { BlockchainMode, PrivateKey } from '@hiveio/dhive'
import { describe, expect, test } from 'vitest'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import { nullPublicKey } from '#node/devchain/hive/public-key.ts'
import type { KeyRole } from '#node/devchain/keys.ts'
import { devchainKey, devchainPublicKey } from '#node/devchain/keys.ts'
import { aDevchain } from '../../../support/devchain.ts'
import { approveEscrow, openEscrow } from '../escrow-operations.ts'
import { refusal } from '../refusal.ts'
import { customJson, signTransaction, transfer } from '../signing.ts'

describe('an unmodified dhive client', () => {
  test('reads the properties of the chain', async () => {
    await using chain = await aDevchain()
    const { number, id } = chain.produceBlocks(3)
    expect(await chain.client.database.getDynamicGlobalProperties()).toMatchObject({
      head_block_number: number,
      head_block_id: id,
      time: '2026-01-01T00:00:09',
      last_irreversible_block_num: 3,
      current_witness: 'initminer',
      current_hbd_supply: '100.000 HBD',
      current_supply: '50.000 HIVE',
    })
    expect(await chain.client.database.getChainProperties()).toMatchObject({
      account_creation_fee: '3.000 HIVE',
      maximum_block_size: 65_536,
    })
    expect(await chain.client.database.getConfig()).toMatchObject({
      HIVE_CHAIN_ID: devchainChainId,
      HIVE_ADDRESS_PREFIX: 'STM',
      DEVELOPMENT_ONLY: expect.stringContaining('for development'),
    })
    expect(await chain.client.database.getVersion()).toMatchObject({
      chain_id: devchainChainId,
      hive_revision: expect.stringContaining('for development'),
    })
  })

  test('starts at block 0, whose id is nothing but zeros', async () => {
    await using chain = await aDevchain()
    expect(await chain.client.database.getDynamicGlobalProperties()).toMatchObject({
      head_block_number: 0,
      head_block_id: '0'.repeat(40),
      last_irreversible_block_num: 0,
    })
    await expect(
      chain.client.broadcast.transfer(
        { from: 'alice', to: 'bob', amount: '1.000 HBD', memo: '' },
        devchainKey('alice', 'active'),
      ),
    ).resolves.toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{40}$/) })
  })

  test('broadcasts, and finds its transaction in a block with its place', async () => {
    await using chain = await aDevchain()
    const id = await chain.broadcast([customJson('{"é":1}')], ['alice', 'posting'])
    chain.produceBlocks(1)
    const place = { transaction_id: id, block_num: 1, transaction_num: 0 }
    const block = await chain.client.database.getBlock(1)
    expect(block).toMatchObject({ transaction_ids: [id], transactions: [place] })
    expect(await chain.client.database.getTransaction(id)).toMatchObject({
      ...place,
      operations: [customJson('{"é":1}')],
    })
    expect(await chain.client.database.getBlockHeader(1)).toMatchObject({
      previous: '0'.repeat(40),
      timestamp: '2026-01-01T00:00:03',
      witness: 'initminer',
    })
  })

  test('gets null for a block that is not there', async () => {
    await using chain = await aDevchain()
    expect(await chain.client.database.getBlock(1)).toBeNull()
    expect(await chain.client.database.getBlockHeader(1)).toBeNull()
  })

  test('iterates over blocks', async () => {
    await using chain = await aDevchain()
    chain.produceBlocks(5)
    const numbers: number[] = []
    for await (const number of chain.client.blockchain.getBlockNumbers({ from: 2, to: 4 }))
      numbers.push(number)
    expect(numbers).toEqual([2, 3, 4])
    expect(await chain.client.blockchain.getCurrentBlockNum(BlockchainMode.Latest)).toBe(5)
    expect(await chain.client.blockchain.getCurrentBlockHeader()).toMatchObject({
      timestamp: '2026-01-01T00:00:15',
    })
  })

  test('verifies who signed', async () => {
    await using chain = await aDevchain()
    const signed = signTransaction(chain, { operations: [transfer('1.000 HBD')] }, 'alice')
    expect(await chain.client.database.verifyAuthority(signed)).toBe(true)
    const foreign = signTransaction(chain, { operations: [transfer('1.000 HBD')] }, 'bob')
    const { name } = await refusal(chain.client.database.verifyAuthority(foreign))
    expect(name).toBe('tx_missing_active_auth')
  })

  test('finds accounts by key, for every role but memo', async () => {
    await using chain = await aDevchain()
    const keyOf = (role: 'owner' | 'memo') => devchainKey('alice', role).createPublic()
    const { accounts } = await chain.client.keys.getKeyReferences([keyOf('owner'), keyOf('memo')])
    expect(accounts).toEqual([['alice'], []])
  })

  test('finds everybody rich in resource credits', async () => {
    await using chain = await aDevchain()
    const mana = await chain.client.rc.getRCMana('alice')
    expect(mana).toMatchObject({ percentage: 10_000 })
    expect(await chain.client.rc.findRCAccounts(['nobody'])).toEqual([])
  })

  test('creates an account, for three HIVE that are burnt', async () => {
    await using chain = await aDevchain()
    await chain.broadcast([creation('erin')], 'alice')
    chain.produceBlocks(1)
    const [alice, erin] = await chain.client.database.getAccounts(['alice', 'erin'])
    expect(alice?.balance).toBe('47.000 HIVE')
    expect(erin).toMatchObject({ recovery_account: 'alice', created: '2026-01-01T00:00:00' })
    expect(await chain.client.database.getDynamicGlobalProperties()).toMatchObject({
      current_supply: '47.000 HIVE',
    })
    const names = (await chain.client.database.getOperations(1)).map(({ op }) => op[0])
    expect(names).toEqual([
      'account_create',
      'account_created',
      'clear_null_account_balance',
      'producer_reward',
    ])
    const payment = transfer('0.000 HBD', '', 'erin', 'bob')
    expect((await refusal(chain.broadcast([payment], 'erin'))).message).toContain(
      'greater than zero',
    )
  })

  test('creates no account twice, and none for another fee', async () => {
    await using chain = await aDevchain()
    await chain.broadcast([creation('erin')], 'alice')
    const again = chain.broadcast([creation('erin', '3.000 HIVE', '{}')], 'alice')
    expect((await refusal(again)).message).toContain('already exists')
    const cheap = chain.broadcast([creation('frank', '2.999 HIVE')], 'alice')
    expect((await refusal(cheap)).message).toContain('Must pay the exact account creation fee')
  })

  test('updates an account; the null key leaves the memo key as it was', async () => {
    await using chain = await aDevchain()
    const posting = PrivateKey.fromSeed('new').createPublic().toString()
    const update = {
      account: 'alice',
      posting: {
        weight_threshold: 1,
        account_auths: [],
        key_auths: [[posting, 1]] as [string, number][],
      },
      memo_key: nullPublicKey,
      json_metadata: '{"name":"Alice"}',
    }
    await chain.client.broadcast.updateAccount(update, devchainKey('alice', 'active'))
    chain.produceBlocks(1)
    const [alice] = await chain.client.database.getAccounts(['alice'])
    expect(alice).toMatchObject({
      memo_key: devchainPublicKey('alice', 'memo'),
      json_metadata: '{"name":"Alice"}',
      posting: { key_auths: [[posting, 1]] },
    })
  })

  test('reads an escrow', async () => {
    await using chain = await aDevchain()
    await chain.broadcast([openEscrow(chain), approveEscrow('bob')], 'alice', 'bob')
    chain.produceBlocks(1)
    expect(await chain.call('condenser_api.get_escrow', ['alice', 1])).toEqual({
      id: 0,
      escrow_id: 1,
      from: 'alice',
      to: 'bob',
      agent: 'arbiter',
      ratification_deadline: '2026-01-01T00:01:00',
      escrow_expiration: '2026-01-01T00:02:00',
      hbd_balance: '5.000 HBD',
      hive_balance: '0.000 HIVE',
      pending_fee: '0.100 HBD',
      to_approved: true,
      agent_approved: false,
      disputed: false,
    })
    expect(await chain.call('condenser_api.get_escrow', ['alice', 2])).toBeNull()
  })
})

function creation(name: string, fee = '3.000 HIVE', json_metadata = ''): Operation {
  const roleOf = (role: KeyRole) => ({
    weight_threshold: 1,
    account_auths: [],
    key_auths: [[devchainPublicKey(name, role), 1] as [string, number]],
  })
  const body = {
    fee,
    creator: 'alice',
    new_account_name: name,
    owner: roleOf('owner'),
    active: roleOf('active'),
    posting: roleOf('posting'),
    memo_key: devchainPublicKey(name, 'memo'),
    json_metadata,
  }
  return ['account_create', body]
}
