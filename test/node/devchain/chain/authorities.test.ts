import type { Operation } from '@hiveio/dhive'
import { describe, expect, test } from 'vitest'
import { parsePublicKey } from '#node/devchain/hive/public-key.ts'
import type { KeyRole } from '#node/devchain/keys.ts'
import { devchainPublicKey } from '#node/devchain/keys.ts'
import type { Signer } from '../../../support/devchain.ts'
import { aDevchain } from '../../../support/devchain.ts'
import { refusal } from '../refusal.ts'
import { customJson, transfer } from '../signing.ts'

const post = customJson('{}')
const pay = transfer('1.000 HBD')
const changeOwner = update({ owner: authorityOf(['alice', 'owner']) })

const table: readonly [
  title: string,
  operations: readonly Operation[],
  signers: readonly Signer[],
  verdict: 'ok' | string,
][] = [
  ['a posting key posts', [post], [['alice', 'posting']], 'ok'],
  ['an active key does not post', [post], ['alice'], 'tx_missing_posting_auth'],
  ['an owner key does not post', [post], [['alice', 'owner']], 'tx_missing_posting_auth'],
  ['a memo key does nothing', [post], [['alice', 'memo']], 'tx_missing_posting_auth'],
  ['an active key pays', [pay], ['alice'], 'ok'],
  ['a posting key does not pay', [pay], [['alice', 'posting']], 'tx_missing_active_auth'],
  ['an owner key does not pay', [pay], [['alice', 'owner']], 'tx_missing_active_auth'],
  ["somebody else's key does not pay", [pay], ['bob'], 'tx_missing_active_auth'],
  ['nobody does not pay', [pay], [], 'tx_missing_active_auth'],
  ['an owner key changes the owner', [changeOwner], [['alice', 'owner']], 'ok'],
  ['an active key does not', [changeOwner], ['alice'], 'tx_missing_owner_auth'],
  ['roles mix, with a signature for each', [post, pay], [['alice', 'posting'], 'alice'], 'ok'],
  ['mixed roles need each of them', [post, pay], ['alice'], 'tx_missing_posting_auth'],
  ['mixed roles need all of them', [post, pay], [['alice', 'posting']], 'tx_missing_active_auth'],
  ['a signature too many does no harm', [pay], ['alice', 'bob', ['bob', 'owner']], 'ok'],
]

describe('a role is satisfied by itself and by nothing else', () => {
  test.for(table)('%s', async ([, operations, signers, verdict]) => {
    await using chain = await aDevchain()
    const outcome = chain.broadcast(operations, ...signers)
    if (verdict === 'ok') await expect(outcome).resolves.toBeDefined()
    else expect((await refusal(outcome)).name).toBe(verdict)
  })

  test('who signs must exist', async () => {
    await using chain = await aDevchain()
    const outcome = chain.broadcast([transfer('1.000 HBD', '', 'nobody')], 'alice')
    expect((await refusal(outcome)).message).toContain('unknown key')
  })

  test('the error carries the authorities that hived shows', async () => {
    await using chain = await aDevchain()
    const auth = authorityOf(['alice', 'active'])
    const owner = authorityOf(['alice', 'owner'])
    const format = expect.stringMatching(/^Missing Active Authority \$\{id\}$/)
    await expect(chain.broadcast([pay], 'bob')).rejects.toMatchObject({
      jse_info: {
        code: 3_010_000,
        stack: [{ format, data: { id: 'alice', auth, owner } }],
      },
    })
  })
})

describe('weights add up', () => {
  const twoOfThree = {
    weight_threshold: 2,
    account_auths: [],
    key_auths: byKey([
      [devchainPublicKey('alice', 'active'), 1],
      [devchainPublicKey('bob', 'active'), 1],
      [devchainPublicKey('arbiter', 'active'), 1],
    ]),
  }

  test.for<readonly [readonly Signer[], boolean]>([
    [['alice'], false],
    [['alice', 'bob'], true],
    [['bob', 'arbiter'], true],
    [['alice', 'bob', 'arbiter'], true],
  ])('%j of two that are needed', async ([signers, isEnough]) => {
    await using chain = await aDevchain()
    await chain.broadcast([update({ active: twoOfThree })], 'alice')
    chain.produceBlocks(1)
    const outcome = chain.broadcast([pay], ...signers)
    if (isEnough) await expect(outcome).resolves.toBeDefined()
    else expect((await refusal(outcome)).name).toBe('tx_missing_active_auth')
  })
})

describe('an account may stand in for another', () => {
  const delegate = (to: string) => ({
    weight_threshold: 1,
    account_auths: [[to, 1]],
    key_auths: [],
  })

  test('with its key of the same role', async () => {
    await using chain = await aDevchain()
    await chain.broadcast([update({ posting: delegate('bob') })], 'alice')
    await expect(chain.broadcast([post], ['bob', 'posting'])).resolves.toBeDefined()
    expect((await refusal(chain.broadcast([customJson('[]')], 'bob'))).name).toBe(
      'tx_missing_posting_auth',
    )
  })

  test('owner and active authorities ask for the active key of the other', async () => {
    await using chain = await aDevchain()
    await chain.broadcast([update({ owner: delegate('bob') })], ['alice', 'owner'])
    await expect(chain.broadcast([changeOwner], 'bob')).resolves.toBeDefined()
  })

  test('an account that does not exist can not', async () => {
    await using chain = await aDevchain()
    const { message } = await refusal(
      chain.broadcast([update({ active: delegate('nobody') })], 'alice'),
    )
    expect(message).toContain('references non-existing account nobody')
  })
})

/** An update of alice's account. */
function update(roles: Record<string, unknown>): Operation {
  const memo_key = devchainPublicKey('alice', 'memo')
  return ['account_update', { account: 'alice', ...roles, memo_key, json_metadata: '' } as never]
}

function authorityOf([name, role]: readonly [string, KeyRole]) {
  return { weight_threshold: 1, account_auths: [], key_auths: [[devchainPublicKey(name, role), 1]] }
}

/** In the order of the keys' bytes, which dhive leaves to its caller. */
function byKey(members: [string, number][]) {
  return members.toSorted(([a], [b]) => Buffer.compare(bytesOf(a), bytesOf(b)))
}

function bytesOf(key: string): Buffer {
  return parsePublicKey(key) ?? Buffer.alloc(0)
}
